"""Frameworks, blocks, criteria, and what the ledger says a person has acquired."""
