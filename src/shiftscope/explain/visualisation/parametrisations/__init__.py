"""How the numbers that are optimised make a picture, one way a file."""
