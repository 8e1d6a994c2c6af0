"""What stands in the place of what is removed from an input."""

from __future__ import annotations

from typing import Literal, get_args

import torch

from shiftscope.errors import BadRequest

Fill = Literal["zero", "channel_mean", "blur", "reference_mean"]
SIGMA = 0.05  # of the blur, in lengths of the last axis


def filled(inputs: torch.Tensor, fill: Fill, *, reference: torch.Tensor | None = None) -> torch.Tensor:
    """(sample, ...) inputs of which nothing is left but the fill.

    Parameters
    ----------
    inputs : (sample, feature) or (sample, channel, *place)
    reference : (...)
        Mean input of the reference, for "reference_mean".

    Raises
    ------
    BadRequest
        There is no such fill, or the mean of the reference is not given.
    """
    if fill == "zero":
        return torch.zeros_like(inputs)
    if fill == "channel_mean":
        places = tuple(range(min(2, inputs.ndim - 1), inputs.ndim))
        return inputs.mean(dim=places, keepdim=True).expand_as(inputs).contiguous()
    if fill == "blur":
        return blurred(inputs, SIGMA * inputs.shape[-1])
    if fill != "reference_mean":
        raise BadRequest(f"no fill named {fill!r}; there are {', '.join(get_args(Fill))}.")
    if reference is None:
        raise BadRequest("the fill 'reference_mean' needs the mean input of the reference, reference=.")
    return reference.to(inputs).expand_as(inputs).contiguous()


def blurred(inputs: torch.Tensor, sigma: float) -> torch.Tensor:
    """Inputs smoothed by a Gaussian of `sigma` places along every axis of places, weights cut at the border."""
    for axis in range(min(2, inputs.ndim - 1), inputs.ndim):
        place = torch.arange(inputs.shape[axis], device=inputs.device, dtype=torch.float64)
        weights = torch.exp(-((place[:, None] - place) ** 2) / (2 * sigma**2))
        weights /= weights.sum(dim=1, keepdim=True)
        inputs = torch.movedim(torch.movedim(inputs, axis, -1) @ weights.T.to(inputs), -1, axis)
    return inputs.contiguous()
