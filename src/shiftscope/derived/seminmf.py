"""Responses of any sign as sums of parts that only add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from shiftscope.derived.derivation import Rows, derivation
from shiftscope.derived.tools.canonical import canonical
from shiftscope.derived.tools.dictionary import Dictionary, check_number, check_whole, rows_that_speak
from shiftscope.derived.tools.nnls import nonnegative_codes, nonnegative_codes_in_torch

if TYPE_CHECKING:
    import torch

STEPS = (
    20  # of non-negative least squares between two estimates of the atoms, which go on from the codes before
)


@derivation("seminmf")
class SemiNMF(Dictionary):
    """Atoms of any sign with codes that are not negative: least squares for the ones and the others in turn.

    It begins at the centres of k-means. Codes of rows, those that were fitted on too, solve non-negative least squares.

    Parameters
    ----------
    size
        Number of atoms, at most that of rows.
    seed
        Of the centres that it begins at.
    max_iter
        Turns at most.
    tol
        It stops where a turn lowers the squared error by less than this share of it.

    References
    ----------
    Ding, Li & Jordan (2010), Convex and semi-nonnegative matrix factorizations.
    """

    def __init__(self, size: int = 32, seed: int = 0, max_iter: int = 200, tol: float = 1e-4) -> None:
        self.size, self.seed, self.max_iter, self.tol = size, seed, max_iter, tol

    def fit(self, X: Rows, y: None = None) -> Self:
        """From (row, unit) responses."""
        check_whole(max_iter=self.max_iter)
        check_number("tol", self.tol, zero=True)
        rows = self._checked(X, size=self.size)
        speaking = rows_that_speak(rows)
        atoms = _centres(speaking, min(self.size, len(speaking)), self.seed)
        atoms = np.concatenate([atoms, np.zeros((self.size - len(atoms), rows.shape[1]), np.float32)])
        found = canonical(atoms, np.ones((1, len(atoms)), np.float32))
        codes, before = nonnegative_codes(speaking, found.atoms), np.inf
        self.n_iter_ = 0
        while self.n_iter_ < self.max_iter:
            self.n_iter_ += 1
            found = canonical(_least_squares(codes, speaking), codes)
            codes = nonnegative_codes(speaking, found.atoms, start=found.codes, most=STEPS, tolerance=1e-5)
            error = float(np.square(speaking - codes @ found.atoms).sum(dtype=np.float64))
            if np.isfinite(before) and before - error <= self.tol * before:
                break
            before = error
        self.components_ = canonical(found.atoms, codes).atoms
        self.mean_ = np.zeros(rows.shape[1], np.float32)
        self._told(rows)
        return self

    def codes_of(self, rows: Rows) -> Rows:
        return nonnegative_codes(rows, self.components_)

    def encoded(self, responses: torch.Tensor) -> torch.Tensor:
        """`transform` as torch does it, differentiable."""
        return nonnegative_codes_in_torch(responses, self.components_)


def _least_squares(codes: Rows, rows: Rows) -> Rows:
    """(feature, unit) the pseudo-inverse of the codes times the rows."""
    exact = codes.astype(np.float64)
    return np.asarray(np.linalg.pinv(exact.T @ exact, hermitian=True) @ (exact.T @ rows), np.float32)


def _centres(rows: Rows, size: int, seed: int) -> Rows:
    """(feature, unit) of k-means over the directions of the rows."""
    import warnings

    from sklearn.cluster import MiniBatchKMeans
    from sklearn.exceptions import ConvergenceWarning

    directions = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct rows than centres
        found = MiniBatchKMeans(size, random_state=seed, n_init=1).fit(directions)
    return np.asarray(found.cluster_centers_, np.float32)
