"""The Learning Record Store over HTTP: what machines write and read at `/xapi/` (xAPI 1.0.3 and 2.0)."""
