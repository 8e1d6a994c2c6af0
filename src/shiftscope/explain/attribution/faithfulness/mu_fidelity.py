"""µ-Fidelity: does the number fall by as much as the map says is removed?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.faithfulness.curves import pair_scores
from shiftscope.explain.attribution.faithfulness.explained import Explained
from shiftscope.explain.attribution.faithfulness.features import Features
from shiftscope.statistics.spearman import spearman

FloatArray = npt.NDArray[np.float64]

GRID = 9
SHARE = 0.2
SUBSETS = 200


@dataclass(frozen=True, eq=False)
class SubsetDrops:
    """What the number loses without random subsets of features; measured once, for any number of maps."""

    explained: Explained
    subsets: torch.Tensor  # (subset, feature) of bool
    drops: FloatArray  # (sample, subset) or (sample, unit, subset)


def subset_drops(
    explained: Explained,
    features: Features,
    fill: torch.Tensor,
    *,
    share: float = SHARE,
    subsets: int = SUBSETS,
    seed: int = 0,
) -> SubsetDrops:
    """Remove each of `subsets` random subsets, of `share` of the features, from every sample: the same from all.

    Parameters
    ----------
    features
        Most often `cells(shape, 9)`.
    fill : (sample, ...)
    """
    size = round(share * features.count)
    if not 0 < size < features.count:
        raise BadRequest(f"share={share} of {features.count} features is {size}; some go and some stay.")
    rng = np.random.default_rng(seed)
    chosen = torch.zeros(subsets, features.count, dtype=torch.bool)
    for row in chosen:
        row[torch.from_numpy(rng.choice(features.count, size, replace=False))] = True
    left = torch.empty(explained.pairs, subsets, dtype=torch.float64)
    for pair, subset in explained.jobs(torch.arange(explained.pairs), subsets):
        sample = explained.samples(pair)
        points = features.shown(explained.inputs[sample], fill[sample], ~chosen[subset].to(fill.device))
        left[pair, subset] = explained.at(points, pair)
    left = left.reshape(*explained.shape, subsets)
    return SubsetDrops(explained, chosen, explained.whole[..., None] - left.numpy())


def mu_fidelity(drops: SubsetDrops, scores: torch.Tensor) -> FloatArray:
    """(sample,) or (sample, unit) Spearman correlation over the subsets of summed scores and drops.

    NaN where one of them is the same for all subsets, or a score is not finite.

    Parameters
    ----------
    scores : (sample, feature) or (sample, unit, feature)
        Of the features that were removed.

    References
    ----------
    Bhatt, Weller & Moura (2020), Evaluating and Aggregating Feature-based Model Explanations.
    """
    subsets = drops.subsets.double()
    flat = pair_scores(drops.explained, scores, subsets.shape[1]).cpu().double()
    sums = (flat @ subsets.T).reshape(*drops.explained.shape, len(subsets)).numpy()
    sums[~np.isfinite(sums)] = np.nan
    return spearman(sums, drops.drops)
