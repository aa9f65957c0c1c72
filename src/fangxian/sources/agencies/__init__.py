"""One module a source: who sends what, and in which words."""
