"""What can be asked for from a page, one kind a file."""
