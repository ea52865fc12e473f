"""Evidence: what a training organisation can show, exported and verified."""
