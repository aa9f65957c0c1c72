"""Chains: who infected whom as far as the facts allow, with what stays unknown said as such."""
