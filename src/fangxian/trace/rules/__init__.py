"""The contact rules, one module a kind of place: each a plain function from known facts and cases to meetings."""
