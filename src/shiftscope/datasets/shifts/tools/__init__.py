"""Whole-number arithmetic that several shifts share."""
