"""The revisions, named by date, hour and what they do."""
