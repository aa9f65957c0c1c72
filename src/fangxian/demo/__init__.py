"""The demonstration: an invented province from its world to its page, in one command."""
