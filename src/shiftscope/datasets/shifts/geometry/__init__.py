"""Pixels moved."""
