"""The pages of significant paths."""
