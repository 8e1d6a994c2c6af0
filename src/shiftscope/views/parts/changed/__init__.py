"""What a change of units did to answers."""
