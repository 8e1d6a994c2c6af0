"""Units by their numbers, scores and images, and how they changed."""
