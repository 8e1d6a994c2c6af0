"""Deletion, insertion and F: does the number fall when what the map calls important goes, and rise when it comes?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.errors import BadRequest, ShapeError
from shiftscope.explain.attribution.faithfulness.explained import Explained
from shiftscope.explain.attribution.faithfulness.features import Features

FloatArray = npt.NDArray[np.float64]

STEPS = 32
FEW = 256  # features; so many are removed one at a time


@dataclass(frozen=True, eq=False)
class Curves:
    """The number while features go and come, in the order of a map; a left-out sample is NaN everywhere."""

    shares: FloatArray  # (step,) of the features removed, or added
    deletion_curve: FloatArray  # (step, sample) or (step, sample, unit)
    insertion_curve: FloatArray
    left_out: npt.NDArray[np.bool_]  # (sample,) or (sample, unit): no finite map, or no response to divide by

    @property
    def deletion(self) -> FloatArray:
        """(sample,) or (sample, unit) mean of the curve by the trapezoid rule: lower is better."""
        return self._mean(self.deletion_curve)

    @property
    def insertion(self) -> FloatArray:
        """Higher is better."""
        return self._mean(self.insertion_curve)

    @property
    def faithfulness(self) -> FloatArray:
        """F, insertion less deletion."""
        return self.insertion - self.deletion

    def reversed(self) -> Curves:
        """Those of the map with its order reversed: what is deleted first is then inserted last."""
        return replace(
            self,
            shares=1 - self.shares[::-1],
            deletion_curve=self.insertion_curve[::-1],
            insertion_curve=self.deletion_curve[::-1],
        )

    def _mean(self, curve: FloatArray) -> FloatArray:
        return np.asarray(np.trapezoid(curve, self.shares, axis=0))


def curves(
    explained: Explained,
    scores: torch.Tensor,
    features: Features,
    fill: torch.Tensor,
    *,
    steps: int | None = None,
    relative: bool = False,
) -> Curves:
    """Remove features from each sample, and add them to its fill, largest score first, the first of equal ones first.

    Parameters
    ----------
    scores : (sample, feature) or (sample, unit, feature)
        As `features.scores` gives them of a map.
    fill : (sample, ...)
        As `filled` gives it of the inputs.
    steps
        Equal parts that go one after the other; without it 32, or every feature where there are at most 256.
    relative
        Divide by the number of the whole sample, as for a unit inside the model; samples where that is not above zero
        are left out.

    References
    ----------
    Petsiuk, Das & Saenko (2018), RISE: Randomized Input Sampling for Explanation of Black-box Models.
    """
    counts = step_counts(features.count, steps)
    shares = counts.numpy() / features.count
    flat = pair_scores(explained, scores, features.count)
    usable = torch.isfinite(flat).all(dim=1).cpu()
    whole = torch.from_numpy(explained.whole).flatten()
    if relative:
        usable &= whole > 0
    pairs, inner = torch.nonzero(usable).flatten(), len(counts) - 2
    both = torch.full((explained.pairs, 2, len(counts)), torch.nan, dtype=torch.float64)
    empty = torch.from_numpy(explained.of(fill)).flatten()
    both[pairs, 0, 0] = both[pairs, 1, -1] = whole[pairs]
    both[pairs, 0, -1] = both[pairs, 1, 0] = empty[pairs]
    places = torch.empty_like(flat, dtype=torch.int64)
    order = torch.argsort(flat, dim=1, descending=True, stable=True)
    places.scatter_(1, order, torch.arange(features.count, device=flat.device).expand_as(order))
    for pair, number in explained.jobs(pairs, 2 * inner):
        inserted, step = number // inner, 1 + number % inner
        among_first = places[pair] < counts[step].to(places.device)[:, None]
        kept = among_first == inserted.bool().to(places.device)[:, None]
        sample = explained.samples(pair)
        points = features.shown(explained.inputs[sample], fill[sample], kept.to(fill.device))
        both[pair, inserted, step] = explained.at(points, pair)
    if relative:
        both /= whole[:, None, None]
    by_step = both.permute(1, 2, 0).reshape(2, len(counts), *explained.shape).numpy()
    return Curves(shares, by_step[0], by_step[1], ~usable.numpy().reshape(explained.shape))


def step_counts(features: int, steps: int | None) -> torch.Tensor:
    """(step + 1,) features removed after each of `steps` parts as equal as can be, from 0 to all."""
    if steps is None:
        steps = features if features <= FEW else STEPS
    if steps < 1:
        raise BadRequest(f"steps={steps}; it is at least 1.")
    return torch.arange(min(steps, features) + 1) * features // min(steps, features)


def pair_scores(explained: Explained, scores: torch.Tensor, count: int) -> torch.Tensor:
    """(pair, feature); raises `ShapeError` for scores of other samples, units or features."""
    if tuple(scores.shape) != (*explained.shape, count):
        raise ShapeError(f"scores of {tuple(scores.shape)}; {(*explained.shape, count)} are explained.")
    return scores.detach().reshape(explained.pairs, count)
