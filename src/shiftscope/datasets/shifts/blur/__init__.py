"""Sharpness taken away."""
