"""What `make bench` runs: figures measured on this machine, each beside a calibration."""
