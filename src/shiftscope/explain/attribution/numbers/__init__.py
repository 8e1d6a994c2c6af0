"""What is told of maps in numbers."""
