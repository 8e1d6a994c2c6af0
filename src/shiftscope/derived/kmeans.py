"""Rows told by the nearest of a few centres."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Self

import numpy as np

from shiftscope.derived.derivation import Rows, derivation
from shiftscope.derived.tools.blocks import in_blocks
from shiftscope.derived.tools.canonical import canonical
from shiftscope.derived.tools.dictionary import Dictionary

if TYPE_CHECKING:
    import torch


@derivation("kmeans")
class KMeans(Dictionary):
    """One active feature a row: that of the nearest centre, by scikit-learn's mini-batches.

    An atom is the direction of a centre from the mean of all rows, and its code, where it is active, the distance.

    Parameters
    ----------
    size
        Number of centres, at most that of rows.
    seed
        Of the centres that it begins at and of its batches.

    References
    ----------
    Sculley (2010), Web-scale k-means clustering.
    """

    def __init__(self, size: int = 32, seed: int = 0) -> None:
        self.size, self.seed = size, seed

    def fit(self, X: Rows, y: None = None) -> Self:
        """From (row, unit) responses."""
        from sklearn.cluster import MiniBatchKMeans
        from sklearn.exceptions import ConvergenceWarning

        rows = self._checked(X, size=self.size)
        self.mean_ = rows.mean(0, dtype=np.float64).astype(np.float32)
        centred = rows - self.mean_
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct rows than centres
            found = MiniBatchKMeans(self.size, random_state=self.seed, n_init=3).fit(centred)
        centres = np.asarray(found.cluster_centers_, np.float64)
        codes = np.eye(self.size, dtype=np.float32)[found.labels_]
        self.components_, _, _, lengths = canonical(centres, codes)
        self.distances_ = lengths.astype(np.float32)
        self._told(rows)
        return self

    def codes_of(self, rows: Rows) -> Rows:
        return in_blocks(rows, self._codes_of_block, len(self.components_))

    def _codes_of_block(self, rows: Rows) -> Rows:
        near = (rows - self.mean_) @ (self.components_ * self.distances_[:, None]).T
        nearest = (near - np.square(self.distances_) / 2).argmax(1)  # the first of equally near ones
        codes = np.zeros((len(rows), len(self.components_)), np.float32)
        codes[np.arange(len(rows)), nearest] = self.distances_[nearest]
        return codes

    def encoded(self, responses: torch.Tensor) -> torch.Tensor:
        """`transform` as torch does it; its gradient is zero, as a code does not move with the responses."""
        import torch

        mean, atoms, distances = (
            torch.from_numpy(each).to(responses) for each in (self.mean_, self.components_, self.distances_)
        )
        near = (responses - mean) @ (atoms * distances[:, None]).T - distances.square() / 2
        codes = torch.nn.functional.one_hot(near.argmax(1), len(atoms)) * distances
        return codes + 0 * near
