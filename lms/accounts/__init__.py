"""People, organisations, memberships, roles, sign-in, terms and personal data."""
