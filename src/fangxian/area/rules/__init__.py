"""Area rules, one a module."""
