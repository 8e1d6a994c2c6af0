"""Integrated gradients."""

from __future__ import annotations

from typing import Any

import torch

from shiftscope.explain.attribution.attribution import (
    Passes,
    Shown,
    at_least_one,
    attribution,
    per_sample,
)
from shiftscope.explain.attribution.usual_passes import PATH_STEPS


def path_passes(shape: tuple[int, ...], *, n_steps: int, **options: Any) -> Passes:
    return Passes(n_steps, n_steps)


def mean_on_path(shown: Shown, n_steps: int) -> torch.Tensor:
    """(sample, unit, ...) mean gradient at the midpoints of the straight path from the baseline to the input."""
    at_least_one(n_steps=n_steps)

    def points(rows: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        start, end = shown.baseline[rows], shown.inputs[rows]
        along = (numbers.to(end.dtype) + 0.5) / n_steps
        return start + per_sample(along, end) * (end - start)

    return shown.mean_gradient(n_steps, points)


@attribution(
    "integrated_gradients",
    title="Integrated gradients",
    passes=path_passes,
    multiplies=True,
    complete=True,
)
def integrated_gradients(shown: Shown, *, n_steps: int = PATH_STEPS) -> torch.Tensor:
    """Input less baseline, times the mean gradient at the midpoints of the path between them.

    References
    ----------
    Sundararajan, Taly & Yan (2017), Axiomatic Attribution for Deep Networks.
    """
    return (shown.inputs - shown.baseline).unsqueeze(1) * mean_on_path(shown, n_steps)
