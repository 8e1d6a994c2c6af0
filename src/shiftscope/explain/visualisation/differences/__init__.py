"""What the shift adds to a unit, in pictures."""
