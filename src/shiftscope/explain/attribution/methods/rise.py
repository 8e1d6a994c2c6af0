"""RISE."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.nn import functional

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.attribution import Passes, Shown, at_least_one, attribution
from shiftscope.explain.attribution.usual_passes import MASKS

LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


def _passes(shape: tuple[int, ...], *, n: int, **options: Any) -> Passes:
    return Passes(n)


@attribution("rise", title="RISE", passes=_passes, needs_gradient=False, multiplies=True, places=True)
def rise(
    shown: Shown, *, n: int = MASKS, grid: int = 7, p: float = 0.5, centred: bool = False
) -> torch.Tensor:
    """Mean of n random masks, each weighted by the unit's value where it hides the input: smooth masks of `grid` cells
    a side, each shown with probability p, what is hidden set to the baseline. `centred` subtracts the mean value first.

    References
    ----------
    Petsiuk, Das & Saenko (2018), RISE: Randomized Input Sampling for Explanation of Black-box Models.
    """
    at_least_one(n=n, grid=grid)
    if not 0 < p < 1:
        raise BadRequest(f"p={p!r}; it is a probability between 0 and 1.")
    inputs = shown.inputs
    places = tuple(inputs.shape[2:] or inputs.shape[1:])
    weighted, plain = shown.zeros(), inputs.new_zeros((len(inputs), *places))
    sums = inputs.new_zeros((len(inputs), shown.function.units))
    for rows, _ in shown.pairs(n):
        masks = torch.stack([_mask(places, grid, p, shown.generators[row]) for row in rows.tolist()])
        masks = masks.to(inputs.device, inputs.dtype)
        over_channels = masks.unsqueeze(1) if inputs.ndim > 2 else masks
        start = shown.baseline[rows]
        points = start + over_channels * (inputs[rows] - start)
        values = shown.function.values(points, rows).to(inputs.dtype)
        each = over_channels.unsqueeze(1) * values.reshape(*values.shape, *[1] * (inputs.ndim - 1))
        weighted.index_add_(0, rows, each.expand(-1, -1, *inputs.shape[1:]))
        plain.index_add_(0, rows, masks)
        sums.index_add_(0, rows, values)
    if centred:
        mean = (sums / n).reshape(*sums.shape, *[1] * (inputs.ndim - 1))
        shared = plain.reshape(len(inputs), 1, *[1] * (inputs.ndim > 2), *places)
        weighted -= mean * shared
    return weighted / (n * p)


def _mask(places: tuple[int, ...], grid: int, p: float, generator: torch.Generator) -> torch.Tensor:
    """(*places) numbers from 0, hidden, to 1: cells of one more than the grid, enlarged and cut at a random corner."""
    cells = [math.ceil(length / min(grid, length)) for length in places]
    counts = [min(grid, length) + 1 for length in places]
    drawn = (torch.rand(counts, generator=generator) < p).float()
    corner = [int(torch.randint(cell, (1,), generator=generator)) for cell in cells]
    sizes = [count * cell for count, cell in zip(counts, cells, strict=True)]
    mode = LINEAR[len(places)]
    large = functional.interpolate(drawn[None, None], size=sizes, mode=mode, align_corners=False)[0, 0]
    return large[tuple(slice(start, start + length) for start, length in zip(corner, places, strict=True))]
