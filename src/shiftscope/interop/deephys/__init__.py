"""Deephys' `.model` and `.test` files: read into a study, and written from one."""
