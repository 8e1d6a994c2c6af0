"""How far apart two sets of pictures lie as a whole, in what a layer says of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, ShapeError
from shiftscope.statistics.wilson import Z

Features = npt.NDArray[np.floating[Any]]  # (picture, unit)


def frechet_distance(ours: Features, theirs: Features) -> float:
    """|m - n|² + tr(S + T - 2 (S T)^½), of the means m, n and covariances S, T of (picture, unit) features.

    Larger for few pictures than for many of the same kind: compare sets of one size.

    Raises
    ------
    ShapeError
        Different numbers of units.
    BadRequest
        Fewer than 2 pictures of one side.

    References
    ----------
    Heusel et al. (2017), GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium.
    """
    if ours.shape[1] != theirs.shape[1]:
        raise ShapeError(f"features of {ours.shape[1]} and of {theirs.shape[1]} units.")
    if min(len(ours), len(theirs)) < 2:
        raise BadRequest(f"sets of {len(ours)} and {len(theirs)} pictures; 2 of each are needed.")
    means = [np.mean(each, axis=0, dtype=np.float64) for each in (ours, theirs)]
    one, other = (
        (each - mean) / np.sqrt(len(each) - 1) for each, mean in zip((ours, theirs), means, strict=True)
    )
    # With S = A'A and T = B'B the trace of (S T)^½ is the sum of the singular values of A B'.
    shared = np.linalg.svd(one @ other.T, compute_uv=False).sum()
    apart = ((means[0] - means[1]) ** 2).sum() + (one**2).sum() + (other**2).sum() - 2 * shared
    return float(max(apart, 0.0))


def frechet_interval(ours: Features, theirs: Features) -> tuple[float, float]:
    """Ends of a 95 % interval over our pictures, each left out in turn; a resample, with its copies, would have other
    covariances. NaN with fewer than 3.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 11, on the jackknife.
    """
    count = len(ours)
    if count < 3:
        return float("nan"), float("nan")
    without = np.array([frechet_distance(np.delete(ours, row, axis=0), theirs) for row in range(count)])
    error = np.sqrt((count - 1) / count * ((without - without.mean()) ** 2).sum())
    distance = frechet_distance(ours, theirs)
    return max(distance - Z * float(error), 0.0), distance + Z * float(error)
