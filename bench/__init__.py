"""Speed and memory, as ratios in one run beside what a user would use instead and beside the limit: `make bench`."""
