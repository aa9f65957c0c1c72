"""Areas: daily case curves from facts, and the levels that dated rules give them."""
