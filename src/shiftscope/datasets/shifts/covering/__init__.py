"""Parts hidden, and cues laid over."""
