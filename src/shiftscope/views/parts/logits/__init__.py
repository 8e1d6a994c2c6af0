"""What units argue for."""
