"""Methods of visualisation, one a file."""
