"""The page of a sample."""
