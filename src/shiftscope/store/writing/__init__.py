"""A recording while it is made, shard by shard."""
