"""Methods beside what knows nothing of the model: every metric under every fill, in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.errors import BadRequest, ShapeError
from shiftscope.explain.attribution.attributions import RANDOM, Faithfulness
from shiftscope.explain.attribution.faithfulness.agreement import RESAMPLES, Agreement, agreement
from shiftscope.explain.attribution.faithfulness.controls import DRAWS, edges, plain_gradient, random_scores
from shiftscope.explain.attribution.faithfulness.curves import Curves, curves
from shiftscope.explain.attribution.faithfulness.explained import Explained
from shiftscope.explain.attribution.faithfulness.features import Features, Groups, cells
from shiftscope.explain.attribution.faithfulness.fills import Fill, filled
from shiftscope.explain.attribution.faithfulness.mu_fidelity import (
    GRID,
    SHARE,
    SUBSETS,
    mu_fidelity,
    subset_drops,
)

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]

METRICS = ("deletion", "insertion", "F", "mu_fidelity")
RANKED = {"deletion": -1.0, "insertion": 1.0, "mu_fidelity": 1.0}  # with F, two of them would count twice
GRADIENT, EDGES = "plain gradient", "edges"
REVERSED, RANDOMISED = "{}, reversed", "{}, randomised weights"
FILLS: tuple[Fill, ...] = ("channel_mean", "blur")  # one keeps the mean, one the neighbourhood


@dataclass(frozen=True, eq=False)
class Comparison:
    """How faithful maps are, with the rows that stand beside them."""

    rows: tuple[str, ...]
    methods: tuple[str, ...]  # the rows that are not controls
    fills: tuple[str, ...]
    scores: FloatArray  # (row, metric, fill, sample) metrics in the order of METRICS
    left_out: npt.NDArray[np.int64]  # (row,) samples without curves: no finite map, or no response
    seed: int

    def table(self, *, resamples: int = RESAMPLES) -> pd.DataFrame:
        """A line for each row, metric and fill: mean, 95 % bootstrap interval over samples, number of samples."""
        beside = Faithfulness(self.rows, METRICS, self.fills, self.scores, self.seed)
        found = beside.table(resamples=resamples)
        found.insert(1, "control", ~found["row"].isin(self.methods))
        found["missing"] = self.scores.shape[3] - found["samples"]
        return found

    def agreement(self, *, resamples: int = RESAMPLES) -> Agreement:
        """Of the methods, by deletion, insertion and µ-Fidelity under each fill."""
        rows = [self.rows.index(method) for method in self.methods]
        metrics = [METRICS.index(metric) for metric in RANKED]
        signs = np.array(list(RANKED.values()))[None, :, None, None]
        chosen = self.scores[rows][:, metrics] * signs
        names = [f"{metric}, {fill}" for metric in RANKED for fill in self.fills]
        scores = chosen.reshape(len(rows), len(names), -1)
        return agreement(scores, self.methods, names, resamples=resamples, seed=self.seed)

    def leads(self) -> dict[str, str]:
        """For each fill the method with the largest mean F over the samples that all methods have."""
        rows = [self.rows.index(method) for method in self.methods]
        found = {}
        for number, fill in enumerate(self.fills):
            f = self.scores[rows, METRICS.index("F"), number]
            measured = ~np.isnan(f).any(axis=0)
            if measured.any():
                found[fill] = self.methods[int(f[:, measured].mean(axis=1).argmax())]
        return found

    @property
    def verdict(self) -> str:
        """Whether a method may be called the best, and which ones lead under one fill only."""
        leads = self.leads()
        words = [self.agreement().verdict]
        if len(set(leads.values())) > 1:
            words += [
                f"{method} has the largest F under {' and '.join(fill for fill in leads if leads[fill] == method)} "
                "only."
                for method in dict.fromkeys(leads.values())
            ]
        return " ".join(words)


def compare(
    explained: Explained,
    maps: Mapping[str, torch.Tensor],
    *,
    fills: Sequence[Fill] = FILLS,
    randomised: Mapping[str, torch.Tensor] | None = None,
    gradient: torch.Tensor | None = None,
    reference: torch.Tensor | None = None,
    features: Features | None = None,
    subset_features: Features | None = None,
    steps: int | None = None,
    subsets: int = SUBSETS,
    share: float = SHARE,
    draws: int = DRAWS,
    relative: bool = False,
    seed: int = 0,
    first: int = 0,
) -> Comparison:
    """Deletion, insertion, F and µ-Fidelity of maps and of what stands beside them, over the same samples.

    Beside each map stand the map reversed and, where one is given, that of the model with randomised weights; once a
    random map (the mean of `draws`), the absolute gradient and the edges of the input.

    Parameters
    ----------
    explained
        With one number a sample.
    maps : (sample, ...) each, of the inputs' shape or without channels
        By the name of the method. Signed ones rank by their sign.
    randomised : (sample, ...) each
        By the same names.
    gradient : (sample, ...)
        Absolute gradient of the number; found by differentiating the explained callable unless given.
    reference : (...)
        Mean input of the reference, for the fill "reference_mean".
    features, subset_features
        What is removed, places unless told, and for µ-Fidelity a grid of 9 cells a side.
    steps, relative
        As in `curves`.
    first
        Number of the first sample, where these are some of many: each has the same random maps as among all.

    Raises
    ------
    ShapeError
        More than one number a sample is explained, or a map does not fit the inputs.
    BadRequest
        A name is that of a control, randomised weights are given of a method that has no map, or there is no draw.
    """
    if draws < 1:
        raise BadRequest(f"draws={draws}; at least one random map stands beside the others.")
    if len(explained.shape) != 1:
        raise ShapeError("one number a sample is compared at a time; say which by column=.")
    extra = dict(randomised or {})
    if not maps or set(extra) - set(maps) or set(maps) & {RANDOM, GRADIENT, EDGES}:
        raise BadRequest(
            f"maps {list(maps)} and randomised {list(extra)}: give a map for each method, under a name of its own."
        )
    shape = tuple(explained.inputs.shape[1:])
    removed = Groups(shape) if features is None else features
    chosen = cells(shape, GRID) if subset_features is None else subset_features
    given = _with_controls(explained, maps, extra, gradient)
    rows = _rows(maps, extra)
    scores = np.full((len(rows), len(METRICS), len(fills), len(explained.inputs)), np.nan)
    left_out = np.zeros(len(rows), np.int64)
    for number, fill in enumerate(fills):
        empty = filled(explained.inputs, fill, reference=reference)
        drops = subset_drops(explained, chosen, empty, share=share, subsets=subsets, seed=seed)

        def of_scores(scores: torch.Tensor, empty: torch.Tensor = empty) -> Curves:
            return curves(explained, scores, removed, empty, steps=steps, relative=relative)

        random = [
            _measured(of_scores(once), mu_fidelity(drops, cell))
            for once, cell in zip(
                random_scores(len(explained.inputs), removed.count, draws=draws, seed=seed, first=first),
                random_scores(len(explained.inputs), chosen.count, draws=draws, seed=seed, first=first),
                strict=True,
            )
        ]
        scores[rows.index(RANDOM), :, number] = np.mean(random, axis=0)
        left_out[rows.index(RANDOM)] = int(np.isnan(random[0][0]).sum())
        for name, one in given.items():
            found = of_scores(removed.scores(one))
            mu = mu_fidelity(drops, chosen.scores(one))
            scores[rows.index(name), :, number] = _measured(found, mu)
            left_out[rows.index(name)] = int(found.left_out.sum())
            if name in maps:
                behind = rows.index(REVERSED.format(name))
                scores[behind, :, number] = _measured(found.reversed(), -mu)
                left_out[behind] = left_out[rows.index(name)]
    return Comparison(tuple(rows), tuple(maps), tuple(fills), scores, left_out, seed)


def _rows(maps: Mapping[str, torch.Tensor], randomised: Mapping[str, torch.Tensor]) -> list[str]:
    rows = []
    for name in maps:
        rows += [name, REVERSED.format(name)] + [RANDOMISED.format(name)] * (name in randomised)
    return [*rows, GRADIENT, EDGES, RANDOM]


def _with_controls(
    explained: Explained,
    maps: Mapping[str, torch.Tensor],
    randomised: Mapping[str, torch.Tensor],
    gradient: torch.Tensor | None,
) -> dict[str, torch.Tensor]:
    if gradient is None:
        column = None if explained.columns is None else explained.columns[:, 0]
        gradient = plain_gradient(explained.values, explained.inputs, column=column, rows=explained.rows)
    return {
        **maps,
        **{RANDOMISED.format(name): one for name, one in randomised.items()},
        GRADIENT: gradient,
        EDGES: edges(explained.inputs),
    }


def _measured(found: Curves, mu: FloatArray) -> FloatArray:
    """(metric, sample)"""
    return np.stack([found.deletion, found.insertion, found.faithfulness, mu])
