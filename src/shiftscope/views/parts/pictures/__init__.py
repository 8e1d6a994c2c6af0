"""Pictures of samples, and pictures that were made for units."""
