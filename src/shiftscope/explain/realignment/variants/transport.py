"""The smallest move that gives the reference the shifted set's mean and covariance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.counted import counted
from shiftscope.explain.realignment.variant import Alignment, CannotAlign, Given, through, variant

FLOOR = 1e-4  # of the mean eigenvalue
LEAST = 1e-12  # of the largest variance, that a unit needs to count
FloatArray = npt.NDArray[np.float64]


@variant("transport", least=lambda units, features: 8 * units)
def transport(given: Given) -> Alignment:
    """Symmetric and positive; a unit that does not vary in both sets is left out.

    References
    ----------
    Gelbrich (1990), On a formula for the L2 Wasserstein metric between measures on Euclidean and Hilbert spaces.
    """
    theirs, ours = given.reference.covariance, given.adapting.responses.covariance
    varies = given.reference.varies & given.adapting.responses.varies
    varies &= _counts(theirs) & _counts(ours)
    if not varies.any():
        raise CannotAlign("no unit varies in both sets")
    forward = np.eye(len(ours))
    forward[np.ix_(varies, varies)] = between(theirs[np.ix_(varies, varies)], ours[np.ix_(varies, varies)])
    left = int((~varies).sum())
    note = (
        f"{counted(left, 'unit')} that {'does' if left == 1 else 'do'} not vary in both sets left out"
        if left
        else ""
    )
    return through(given, forward, np.linalg.inv(forward).astype(np.float64), note=note)


def between(theirs: FloatArray, ours: FloatArray) -> FloatArray:
    """(unit, unit) T, symmetric and positive, with T theirs T = ours, up to the floor of eigenvalues.

    Raises
    ------
    CannotAlign
        More than half of the eigenvalues of `ours` are below the floor.
    """
    root, inverse = _roots(_floored(theirs))
    values, vectors = _floored(ours)
    middle = root @ ((vectors * values) @ vectors.T) @ root
    found: FloatArray = inverse @ _roots(np.linalg.eigh((middle + middle.T) / 2))[0] @ inverse
    return (found + found.T) / 2


def _floored(covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues and eigenvectors."""
    values, vectors = np.linalg.eigh(covariance)
    floor = FLOOR * max(float(values.mean()), 0)
    if (values < floor).sum() > len(values) / 2:
        raise CannotAlign("the rows vary in fewer than half of the directions; rotation needs fewer")
    return np.maximum(values, floor), vectors


def _roots(decomposed: tuple[FloatArray, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """The square root of a symmetric matrix, and its inverse."""
    values, vectors = decomposed
    roots = np.sqrt(np.maximum(values, np.finfo(np.float64).tiny))
    return (vectors * roots) @ vectors.T, (vectors / roots) @ vectors.T


def _counts(covariance: FloatArray) -> npt.NDArray[np.bool_]:
    variances = np.diag(covariance)
    counts: npt.NDArray[np.bool_] = variances > LEAST * max(float(variances.max()), 0)
    return counts
