"""Occlusion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from numbers import Integral
from typing import Any

import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.attribution import Passes, Shown, attribution

Size = int | Sequence[int] | None
Windows = list[tuple[slice, ...]]


def _passes(shape: tuple[int, ...], *, window: Size, stride: Size, **options: Any) -> Passes:
    return Passes(1 + len(_windows(shape[1:] or shape, window, stride)))


@attribution(
    "occlusion",
    title="Occlusion",
    passes=_passes,
    needs_gradient=False,
    multiplies=True,
    places=True,
)
def occlusion(shown: Shown, *, window: Size = None, stride: Size = None) -> torch.Tensor:
    """What the unit loses where a window is set to the baseline, all channels together; the mean over the windows that
    cover a place. Without a size the window is a seventh of the shortest side, and the stride half of it.

    References
    ----------
    Zeiler & Fergus (2014), Visualizing and Understanding Convolutional Networks.
    """
    inputs = shown.inputs
    places = tuple(inputs.shape[2:] or inputs.shape[1:])
    windows = _windows(places, window, stride)
    total = shown.zeros()
    covered = inputs.new_zeros(places)
    for cut in windows:
        covered[cut] += 1
    whole = shown.function.values(inputs, torch.arange(len(inputs), device=inputs.device))
    for rows, numbers in shown.pairs(len(windows)):
        cuts = [windows[number] for number in numbers.tolist()]
        points = inputs[rows]
        for place, (row, cut) in enumerate(zip(rows.tolist(), cuts, strict=True)):
            points[(place, ..., *cut)] = shown.baseline[(row, ..., *cut)]
        lost = (whole[rows] - shown.function.values(points, rows)).to(total.dtype)
        for place, (row, cut) in enumerate(zip(rows.tolist(), cuts, strict=True)):
            part = total[(row, ..., *cut)]
            part += lost[place].reshape(-1, *[1] * (part.ndim - 1))
    return total / covered.clamp_min(1)


def _windows(places: tuple[int, ...], window: Size, stride: Size) -> Windows:
    shortest = min(places)
    sizes = _sizes("window", max(1, round(shortest / 7)) if window is None else window, places)
    steps = _sizes("stride", [max(1, size // 2) for size in sizes] if stride is None else stride, places)
    starts = [
        [step * turn for turn in range(math.ceil(max(0, length - size) / step) + 1)]
        for length, size, step in zip(places, sizes, steps, strict=True)
    ]
    if any(step > size for size, step in zip(sizes, steps, strict=True)):
        raise BadRequest(f"stride {stride} leaves places between windows of {tuple(sizes)} uncovered.")
    return [
        tuple(slice(start, start + size) for start, size in zip(corner, sizes, strict=True))
        for corner in product(*starts)
    ]


def _sizes(name: str, given: int | Sequence[int], places: tuple[int, ...]) -> list[int]:
    sizes = list(given) if isinstance(given, Sequence) else [given] * len(places)
    whole = all(isinstance(size, Integral) and not isinstance(size, bool) for size in sizes)
    if not whole or len(sizes) != len(places) or min(sizes) < 1:
        raise BadRequest(
            f"{name}={given!r} for places of {places}: give one number of at least 1, or one an axis."
        )
    return sizes
