"""Arrays, tables of samples and linear maps as files."""
