"""What the frequencies of paths say: entropies, divergences, distances."""
