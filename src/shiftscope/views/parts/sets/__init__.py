"""Which sets stand on a page, and which samples of them."""
