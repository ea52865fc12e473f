"""Everything that the activity type adds."""
