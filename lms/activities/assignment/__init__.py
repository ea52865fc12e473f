"""Activity type: a work that a person hands in, and that a trainer looks at."""
