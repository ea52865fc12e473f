"""The whole look: base templates, components, one stylesheet and one script; no business logic."""
