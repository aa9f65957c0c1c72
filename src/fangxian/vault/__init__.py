"""The vault: a process of its own that holds the keys of people's identity, uses them, and never shows them."""
