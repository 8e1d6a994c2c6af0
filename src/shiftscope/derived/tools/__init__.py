"""What several kinds of derived layer share."""
