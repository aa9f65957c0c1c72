"""A grid worker's page: it holds nobody's data itself, and works for a day without a network."""
