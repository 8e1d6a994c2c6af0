"""What units do over sets of samples."""
