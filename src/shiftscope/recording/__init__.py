"""What `record()` needs between a model and a study: hooks, the choice of layers, the stream, provenance."""
