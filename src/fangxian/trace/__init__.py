"""Tracing: who was near a case, where, for how long and how near, under dated rules; what one person's facts mean for another."""
