"""The page that a newcomer opens: map, codes, one person's explanation, what was refused. Served on this machine only."""
