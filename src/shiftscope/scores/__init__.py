"""Summaries of two datasets to one number per unit: what the shift did to it."""
