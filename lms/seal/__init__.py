"""The seal of the ledger: a chain of roots that shows what was changed, and what took the place of what was pruned."""
