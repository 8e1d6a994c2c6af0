"""The page of a category."""
