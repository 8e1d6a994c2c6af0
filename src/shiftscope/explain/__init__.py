"""Slower questions about a study, a folder each."""
