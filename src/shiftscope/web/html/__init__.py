"""Panels as HTML."""
