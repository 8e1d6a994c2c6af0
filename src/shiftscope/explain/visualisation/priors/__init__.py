"""Priors that are fitted on pictures, one a file."""
