"""SmoothGrad."""

from __future__ import annotations

from typing import Any

import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.attribution import Passes, Shown, at_least_one, attribution
from shiftscope.explain.attribution.checks import NO_RANGE
from shiftscope.explain.attribution.function import parted
from shiftscope.explain.attribution.usual_passes import NOISY_COPIES


def noisy_passes(shape: tuple[int, ...], *, n: int, **options: Any) -> Passes:
    return Passes(n, n)


def mean_under_noise(shown: Shown, n: int, spread: float, clip: bool) -> torch.Tensor:
    """(sample, unit, ...) mean gradient at n noisy copies of each sample.

    Raises
    ------
    BadRequest
        Clipping without a range, or a spread that is none.
    """
    at_least_one(n=n)
    if not spread >= 0:
        raise BadRequest(f"spread={spread!r}; it is a share of the input's range, 0 or more.")
    if clip and shown.range is None:
        raise BadRequest(NO_RANGE)
    deviation = spread * _widths(shown)

    def points(rows: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        inputs = shown.inputs[rows]
        noise = torch.empty(inputs.shape, dtype=inputs.dtype)
        for place, row in enumerate(rows.tolist()):  # one at a time: as many in a pass, the same numbers
            noise[place].normal_(generator=shown.generators[row])
        noisy = inputs + deviation[rows] * noise.to(inputs.device)
        return noisy.clamp(*shown.range) if clip and shown.range else noisy

    return shown.mean_gradient(n, points)


def _widths(shown: Shown) -> torch.Tensor:
    """Largest less smallest number of each sample, of each of its inputs, to multiply the inputs with."""
    inputs, shapes = shown.inputs, shown.function.shapes
    if shapes is None:
        flat = inputs.flatten(1)
        return (flat.amax(1) - flat.amin(1)).reshape(-1, *[1] * (inputs.ndim - 1))
    parts = [part.flatten(1) for part in parted(inputs, shapes)]
    return torch.cat([(part.amax(1) - part.amin(1))[:, None].expand_as(part) for part in parts], dim=1)


@attribution("smoothgrad", title="SmoothGrad", passes=noisy_passes)
def smoothgrad(
    shown: Shown, *, n: int = NOISY_COPIES, spread: float = 0.25, clip: bool = False
) -> torch.Tensor:
    """Mean gradient at n copies of the input with normal noise, whose deviation is `spread` of the sample's own range;
    clipped to the range of the model's inputs where `clip` is on.

    References
    ----------
    Smilkov, Thorat, Kim, Viégas & Wattenberg (2017), SmoothGrad: Removing Noise by Adding Noise.
    """
    return mean_under_noise(shown, n, spread, clip)
