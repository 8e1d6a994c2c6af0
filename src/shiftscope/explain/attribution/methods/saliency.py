"""Saliency."""

from __future__ import annotations

import torch

from shiftscope.explain.attribution.attribution import Passes, Shown, attribution


@attribution("saliency", title="Saliency", passes=lambda shape, **options: Passes(1, 1), signed=False)
def saliency(shown: Shown, *, abs: bool = True) -> torch.Tensor:
    """Size of the gradient of the unit with respect to the input; with its sign where `abs` is off.

    References
    ----------
    Simonyan, Vedaldi & Zisserman (2014), Deep Inside Convolutional Networks.
    """
    gradient = shown.mean_gradient(1, lambda rows, numbers: shown.inputs[rows])
    return gradient.abs() if abs else gradient
