"""Fangxian (防线): facts in, answers out, work done about them."""

__version__ = "0.1.0"
