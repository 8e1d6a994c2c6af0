"""Layer output to (sample, unit): which number of a map or a token is the unit's response."""
