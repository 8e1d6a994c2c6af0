"""What is typed, read and checked."""
