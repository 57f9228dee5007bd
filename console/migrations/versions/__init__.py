"""One module for each version, which says how to get there from the one before, and back."""
