"""Activity type: quiz."""
