"""A study on disk: open formats, readable without shiftscope, whole after any crash."""
