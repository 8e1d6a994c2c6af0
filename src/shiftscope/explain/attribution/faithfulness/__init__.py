"""Whether a map says what drives a number: one measure a file."""
