"""Activity type: lesson."""
