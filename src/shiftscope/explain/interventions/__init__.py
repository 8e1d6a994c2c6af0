"""Change what chosen units respond, and see what the model answers."""
