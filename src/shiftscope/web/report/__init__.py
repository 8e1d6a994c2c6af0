"""A study as a folder of pages that open without a server."""
