"""What is being worked on now: PostgreSQL, sealed identities, the journal of who looked."""
