"""Writing courses in the browser."""
