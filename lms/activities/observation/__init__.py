"""Activity type: behaviours that a trainer sees, for one person or for a workshop."""
