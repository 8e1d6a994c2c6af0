"""What a model gives on the way to a unit."""
