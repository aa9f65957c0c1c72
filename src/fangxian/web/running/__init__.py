"""What it takes to run the living code: overload, rates, measuring, logs, processes."""
