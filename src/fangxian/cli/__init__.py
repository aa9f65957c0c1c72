"""The command line: one module a group of commands, found by walking this package."""
