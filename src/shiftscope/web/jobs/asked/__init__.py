"""What forms ask for, read and checked."""
