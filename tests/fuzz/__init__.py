"""Fuzzing, bounded by time and apart from the suite: `make fuzz`."""
