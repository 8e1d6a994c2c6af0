"""Statistics of one pass that merge: a summary of two halves merged is the summary of the whole."""
