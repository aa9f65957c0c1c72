"""The sources: what agencies send, and the door through which it comes in."""
