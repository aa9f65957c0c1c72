"""The rules of the health code, one module a kind of condition; policies word them."""
