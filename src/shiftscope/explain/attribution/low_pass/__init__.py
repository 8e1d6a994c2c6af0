"""Maps without their finest detail, and where to cut."""
