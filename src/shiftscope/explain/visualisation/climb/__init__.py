"""From a start to a picture, step by step."""
