"""Threads between a person and those who accompany them: help asked, help given, and how long it took."""
