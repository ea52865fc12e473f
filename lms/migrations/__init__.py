"""The one Alembic line of the built-in features."""
