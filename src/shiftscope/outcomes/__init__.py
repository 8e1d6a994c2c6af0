"""What was answered: right and wrong, confusions, losses."""
