"""A sum of pictures of falling size, each enlarged to the whole."""

from __future__ import annotations

import torch
import torch.nn.functional as functional

from shiftscope.explain.visualisation.canvas.canvas import Canvas
from shiftscope.explain.visualisation.parametrisation import Parametrisation, parametrisation

SMALL = 0.01  # deviation of the start
SMALLEST = 8  # pixels of the coarsest level's shorter side


@parametrisation("laplacian")
def laplacian(canvas: Canvas) -> Parametrisation:
    """From the start picture, which the finest level holds, or from weak noise; the gradients of each level are
    brought to one deviation.

    References
    ----------
    Mordvintsev, Olah & Tyka (2015), DeepDream: Laplacian pyramid gradient normalisation.
    """
    channels, rows, columns = canvas.shape
    sizes = [(rows, columns)]
    while min(sizes[-1]) > SMALLEST:
        sizes.append((-(-sizes[-1][0] // 2), -(-sizes[-1][1] // 2)))
    variables = [SMALL * canvas.noise(channels, *size) for size in sizes]
    if canvas.start is not None:
        variables = [canvas.numbers(canvas.start), *[torch.zeros_like(level) for level in variables[1:]]]
    variables = [level.detach().clone().requires_grad_() for level in variables]

    def decorrelated() -> torch.Tensor:
        enlarged = [
            functional.interpolate(level[None], (rows, columns), mode="bilinear", align_corners=False)[0]
            for level in variables[1:]
        ]
        return torch.stack([variables[0], *enlarged]).sum(0)

    return Parametrisation(variables, decorrelated, scaled=True)
