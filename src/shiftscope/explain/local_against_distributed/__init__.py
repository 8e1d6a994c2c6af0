"""What is lost with the most active feature of each sample, and what with its most active unit."""
