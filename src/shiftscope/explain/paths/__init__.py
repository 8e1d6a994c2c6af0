"""Significant paths: which products of weight and response stand out, how often in each category."""
