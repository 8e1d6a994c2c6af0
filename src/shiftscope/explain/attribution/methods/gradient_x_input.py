"""Gradient times input."""

from __future__ import annotations

import torch

from shiftscope.explain.attribution.attribution import Passes, Shown, attribution


@attribution(
    "gradient_x_input",
    title="Gradient x input",
    passes=lambda shape, **options: Passes(1, 1),
    multiplies=True,
)
def gradient_x_input(shown: Shown) -> torch.Tensor:
    """The gradient times the input, element by element."""
    gradient = shown.mean_gradient(1, lambda rows, numbers: shown.inputs[rows])
    return shown.inputs.unsqueeze(1) * gradient
