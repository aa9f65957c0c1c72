"""Finding people: who came from named areas since a day, and where a register and the data differ, as answers computed from facts."""
