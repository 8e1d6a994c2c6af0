"""What turns pages into HTML: templates, the addresses they use, and the local server."""
