"""Tremplin: a free, self-hosted blended-learning platform."""
