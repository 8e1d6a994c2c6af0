"""Whether a dictionary that was fitted on the reference still reads shifted data."""
