"""The page of a confusion."""
