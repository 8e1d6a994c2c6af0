"""Dictionaries with an encoder of their own, of whose codes few are active at a time."""
