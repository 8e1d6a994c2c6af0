"""The order of the categories in a matrix of their divergences."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Order = Literal["given", "likeness"]


def ordered(divergences: npt.NDArray[np.float64], order: Order) -> npt.NDArray[np.intp]:
    """The categories as given, or so that those with a small divergence stand beside one another.

    Likeness is average-linkage clustering of the mean of both directions, with the leaves turned so that neighbours
    are near (Bar-Joseph et al. 2001). Categories without samples come last.

    Parameters
    ----------
    divergences : (category, category)
        NaN without samples.
    """
    if order == "given":
        return np.arange(len(divergences))
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    known = np.flatnonzero(~np.isnan(divergences).all(axis=1))
    missing = np.setdiff1d(np.arange(len(divergences)), known)
    if len(known) < 3:
        return np.concatenate([known, missing])
    inside = divergences[np.ix_(known, known)]
    largest = np.nanmax(inside[np.isfinite(inside)], initial=0.0)
    apart = np.nan_to_num((inside + inside.T) / 2, posinf=2 * largest)
    np.fill_diagonal(apart, 0)
    pairs = squareform(apart, checks=False)
    tree = linkage(pairs, "average")
    if len(known) <= 400:  # the turning takes the cube of it
        tree = optimal_leaf_ordering(tree, pairs)
    return np.concatenate([known[leaves_list(tree)], missing])
