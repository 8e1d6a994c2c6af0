"""Scores of a study's units with intervals and tests, computed once and kept."""
