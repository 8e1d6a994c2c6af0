"""What storing a picture does to it."""
