"""The engines: open, read, write, and every difference between them, in one place."""
