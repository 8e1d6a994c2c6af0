"""One first look at a model: which layers, linear maps and answer there are, and how each is read."""
