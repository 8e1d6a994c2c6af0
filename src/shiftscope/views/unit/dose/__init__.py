"""How a unit answers to doses of a shift."""
