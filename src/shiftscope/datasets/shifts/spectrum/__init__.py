"""Frequencies damped and phases turned."""
