"""What is counted and scored of a unit."""
