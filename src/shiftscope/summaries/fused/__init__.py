"""All summaries of a block in one reading of it, compiled; the plain formulas stand beside each summary."""
