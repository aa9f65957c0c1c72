"""Pages that are written from the code: what the code declares is said once, and read here."""
