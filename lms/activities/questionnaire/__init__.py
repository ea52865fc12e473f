"""Activity type: questions without a right answer, in one's own name or without."""
