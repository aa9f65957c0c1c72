"""Small programs that make and CI call; set_up and what it imports need nothing but the standard library."""
