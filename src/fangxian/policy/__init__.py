"""Dated parameters and references, as data, laid out like the rules that read them."""
