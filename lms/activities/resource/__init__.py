"""Activity type: resource."""
