"""Maps of a unit, and the form that asks for them."""
