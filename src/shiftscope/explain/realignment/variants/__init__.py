"""Ways of aligning a dictionary, one a file."""
