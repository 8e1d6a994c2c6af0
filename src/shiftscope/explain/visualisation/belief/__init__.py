"""How much of a picture to believe."""
