"""Maps that know nothing of the model, or little: what a method is compared with."""

from __future__ import annotations

import numpy as np
import torch

from shiftscope.errors import ModelError
from shiftscope.explain.attribution.faithfulness.explained import ROWS, Values

DRAWS = 20


def random_scores(
    samples: int, features: int, *, draws: int = DRAWS, seed: int = 0, first: int = 0
) -> torch.Tensor:
    """(draw, sample, feature) uniform numbers; those of a sample do not depend on how many others there are.

    `first` is the number of the first sample, where others come before.
    """
    drawn = [
        np.random.default_rng([seed, sample]).random((draws, features))
        for sample in range(first, first + samples)
    ]
    return torch.from_numpy(np.stack(drawn, axis=1))


def edges(inputs: torch.Tensor) -> torch.Tensor:
    """(sample, *place) Sobel magnitude of the grey input, the mean of the channels; the border is continued.

    Parameters
    ----------
    inputs : (sample, feature) or (sample, channel, *place)
    """
    grey = inputs.mean(dim=1) if inputs.ndim > 2 else inputs
    total = torch.zeros_like(grey)
    for axis in range(1, grey.ndim):
        slope = grey
        for other in range(1, grey.ndim):
            before, after = _shifted(slope, other, -1), _shifted(slope, other, 1)
            slope = after - before if other == axis else before + 2 * slope + after
        total += slope**2
    return total.sqrt()


def plain_gradient(
    values: Values, inputs: torch.Tensor, *, column: torch.Tensor | None = None, rows: int = ROWS
) -> torch.Tensor:
    """(sample, ...) or (sample, unit, ...): absolute gradient of each number with respect to its input.

    Raises
    ------
    ModelError
        The numbers have no gradient.
    """
    found = []
    for start in range(0, len(inputs), rows):
        asked = inputs[start : start + rows].detach().clone().requires_grad_()
        with torch.enable_grad():
            given = values(asked)
        if not given.requires_grad:
            raise ModelError("the numbers have no gradient with respect to the input; is there a detach()?")
        if given.ndim == 2 and column is not None:
            given = given.gather(1, column[start : start + rows].to(given.device)[:, None])[:, 0]
        sums = given.sum(dim=0).reshape(-1)
        each = [
            torch.autograd.grad(one, asked, retain_graph=number + 1 < len(sums))[0].abs()
            for number, one in enumerate(sums)
        ]
        found.append(torch.stack(each, dim=1) if given.ndim == 2 else each[0])
    return torch.cat(found)


def _shifted(values: torch.Tensor, axis: int, by: int) -> torch.Tensor:
    length = values.shape[axis]
    places = (torch.arange(length, device=values.device) + by).clamp(0, length - 1)
    return values.index_select(axis, places)
