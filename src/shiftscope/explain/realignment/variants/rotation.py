"""The smallest turn that brings the reference's leading directions onto those of the shifted set."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.explain.fit_under_shift.subspace import directions_for
from shiftscope.explain.realignment.variant import Alignment, Given, through, variant

SHARE = 0.99  # of the reference's variance, that its leading directions hold
FloatArray = npt.NDArray[np.float64]


@variant("rotation", least=lambda units, features: 8 * units)
def rotation(given: Given) -> Alignment:
    """Angles between atoms stay."""
    return turned(given, directions_for(given.reference.covariance, SHARE))


def turned(given: Given, directions: int) -> Alignment:
    """By so many leading directions; the others are turned onto one another as little as can be."""
    theirs, ours = (_ordered(sums.covariance) for sums in (given.reference, given.adapting.responses))
    turn = np.zeros_like(theirs)
    for part in (slice(None, directions), slice(directions, None)):
        turn += theirs[:, part] @ orthogonal(theirs[:, part].T @ ours[:, part]) @ ours[:, part].T
    return through(given, turn, turn.T)


def orthogonal(matrix: FloatArray) -> FloatArray:
    """The orthogonal matrix nearest to a square one."""
    left, _, right = np.linalg.svd(matrix)
    found: FloatArray = left @ right
    return found


def _ordered(covariance: FloatArray) -> FloatArray:
    """Eigenvectors as columns, the leading one first."""
    vectors: FloatArray = np.linalg.eigh(covariance)[1][:, ::-1]
    return vectors
