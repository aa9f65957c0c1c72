"""Recognition between two whole installations."""
