"""The verbs, one a file: the signature, what is refused, and the parts that each wires together."""
