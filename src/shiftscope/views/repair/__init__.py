"""The page of a repair: what to silence, what that gives and costs, and what it breaks."""
