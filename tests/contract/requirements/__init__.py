"""Each requirement of xAPI on an LRS, by its number: `numbers.txt` says them, the modules beside it try them."""
