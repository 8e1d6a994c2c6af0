"""Inner loops of the bootstrap, compiled; small sets do without, by the plain formulas that the tests compare with."""
