"""What people do for themselves: log in, declare, check in, show a code, see why and who looked. Facts come out of it."""
