"""Datasets of known truth, made rather than found."""
