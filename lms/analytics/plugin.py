"""Everything that the feature adds."""
