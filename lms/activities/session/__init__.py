"""Activity type: session."""
