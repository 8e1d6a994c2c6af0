"""How much each feature of a derived layer counts for each category."""
