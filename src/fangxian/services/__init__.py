"""What people do for themselves, and staff for them: log in, declare, show a code, confirm, look. Facts come out of it."""
