"""What pages say of a derived layer."""
