"""Channels mixed, turned and exchanged."""
