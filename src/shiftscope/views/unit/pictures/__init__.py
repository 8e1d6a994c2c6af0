"""What was drawn for a unit: pictures, how much to believe of them, what a shift adds."""
