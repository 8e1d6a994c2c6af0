"""What a unit wants: pictures made for it, and how much of them to believe."""
