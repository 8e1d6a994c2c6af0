"""Coefficients of the spectrum, scaled so that one step moves all frequencies as pictures have them."""

from __future__ import annotations

import math

import torch

from shiftscope.explain.visualisation.canvas.canvas import Canvas
from shiftscope.explain.visualisation.canvas.spectrum import falling
from shiftscope.explain.visualisation.parametrisation import Parametrisation, parametrisation

SMALL = 0.01  # deviation of the coefficients at the start
FADED = 4.0  # what the picture is divided by, for colours that are not saturated


@parametrisation("fourier")
def fourier(canvas: Canvas) -> Parametrisation:
    """From the start picture, or from weak noise whose power falls with the square of the frequency.

    References
    ----------
    Olah, Mordvintsev & Schubert (2017), Feature Visualization.
    """
    channels, rows, columns = canvas.shape
    scale = (math.sqrt(rows * columns) / FADED * falling(rows, columns)).to(canvas.device, canvas.dtype)
    if canvas.start is None:
        start = SMALL * canvas.noise(channels, rows, columns // 2 + 1, 2)
    else:
        start = torch.view_as_real(torch.fft.rfft2(canvas.numbers(canvas.start)) / scale)
    variable = start.detach().clone().requires_grad_()

    def decorrelated() -> torch.Tensor:
        picture: torch.Tensor = torch.fft.irfft2(torch.view_as_complex(variable) * scale, s=(rows, columns))
        return picture

    return Parametrisation([variable], decorrelated)
