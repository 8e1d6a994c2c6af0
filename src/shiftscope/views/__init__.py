"""Numbers to pages, free of HTML."""
