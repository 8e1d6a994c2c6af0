"""Data as users have them, each kind a dataset."""
