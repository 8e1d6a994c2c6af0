"""Attribution to wavelet coefficients, in closed form from the gradient of the input."""
