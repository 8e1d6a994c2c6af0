"""What a shift of rising strength does to each unit."""
