"""Methods of visualisation in figures."""
