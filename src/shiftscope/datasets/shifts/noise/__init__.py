"""Every element changed by itself."""
