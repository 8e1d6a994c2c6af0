"""Every pixel for itself."""

from __future__ import annotations

from shiftscope.explain.visualisation.canvas.canvas import Canvas
from shiftscope.explain.visualisation.parametrisation import Parametrisation, parametrisation

SMALL = 0.01  # deviation of the start


@parametrisation("pixel")
def pixel(canvas: Canvas) -> Parametrisation:
    """From the start picture, or from weak noise."""
    start = SMALL * canvas.noise(*canvas.shape) if canvas.start is None else canvas.numbers(canvas.start)
    variable = start.detach().clone().requires_grad_()
    return Parametrisation([variable], lambda: variable)
