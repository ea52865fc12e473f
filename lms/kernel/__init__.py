"""What every feature stands on: registry, database, context, tenancy, events, jobs, words, web."""
