"""The pages of a citizen: log in, apply, declare, show the code, see why and who looked. They work without scripts, but for the code."""
