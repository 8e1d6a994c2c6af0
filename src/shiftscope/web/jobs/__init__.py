"""A worker process that holds the model, and the queue of what pages ask it for."""
