"""The activity types, each one a plugin."""
