"""Where a pass runs: in this process, in several that share the shards, or on a cluster."""
