"""A dictionary of the reference aligned to one shifted set."""
