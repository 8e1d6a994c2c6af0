"""The page of a unit."""
