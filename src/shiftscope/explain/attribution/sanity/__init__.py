"""Whether maps depend on what the model learned."""
