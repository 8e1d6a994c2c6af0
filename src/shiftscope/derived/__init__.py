"""Layers computed from layers: one kind a file."""
