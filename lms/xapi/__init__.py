"""The intents, the ledger of statements, and the Learning Record Store over HTTP."""
