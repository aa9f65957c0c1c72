"""The interface for machines, under /api/v1: everything that a page does, described by OpenAPI."""
