"""How many columns are counted together, by machine code and by NumPy alike."""

LANES = 64
