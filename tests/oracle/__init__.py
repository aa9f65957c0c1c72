"""The oracle: every rule and the colour at an instant in plain, slow Python, to compare the engines with.

It is written from the texts of the policies and their sources, not from the rules' code: one person at a time, loops over
lists, local days counted as dates. Its numbers are its own, so that a number changed unnoticed in a policy shows as a difference.
"""
