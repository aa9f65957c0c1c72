"""Invented worlds: a province with an epidemic whose truth is known, and lakes of any size to measure speed on."""
