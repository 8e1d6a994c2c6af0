"""Contrast, brightness, tones."""
