"""Random small worlds, packed into one lake, and every engine compared with the oracle on them."""
