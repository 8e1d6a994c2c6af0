"""Cues planted in pictures: each category's own look, in a known place, tied to the label as tightly as asked."""
