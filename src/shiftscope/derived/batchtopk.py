"""A sparse autoencoder with so many active features on average, more for some rows than for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shiftscope.derived.derivation import Rows, derivation
from shiftscope.derived.sparse_autoencoder.autoencoder import SparseAutoencoder

if TYPE_CHECKING:
    import torch

    from shiftscope.derived.sparse_autoencoder.gradients import Choice


@derivation("batchtopk")
class BatchTopK(SparseAutoencoder):
    """While it is trained the largest codes of a whole batch are active; then those above a threshold, of any row.

    The threshold is learned on the rows that it is fitted on: the mean, over batches of them, of the smallest code that
    would be active. Parameters are those of `TopK`, and `active` is the mean number of active features of a row.

    References
    ----------
    Bussmann, Leask & Nanda (2024), BatchTopK sparse autoencoders.
    """

    threshold_: Rows  # (1,)

    def choice(self) -> Choice:
        from shiftscope.derived.sparse_autoencoder.gradients import largest_of_all

        return largest_of_all

    def _learn_further(self, rows: Rows, active: int) -> None:
        thresholds, weights = [], []
        for start in range(0, len(rows), self.batch):
            before = self.before(rows[start : start + self.batch])
            many = active * len(before)
            least = float(-np.partition(-before, many - 1, axis=None)[many - 1])
            thresholds.append(max(least, 0.0))
            weights.append(len(before))
        self.threshold_ = np.array([np.average(thresholds, weights=weights)], np.float32)

    def chosen(self, before: Rows) -> Rows:
        codes: Rows = np.where((before >= self.threshold_) & (before > 0), before, np.float32(0))
        return codes

    def encoded(self, responses: torch.Tensor) -> torch.Tensor:
        """`transform` as torch does it, differentiable."""
        given = self.before_in_torch(responses)
        return given * (given >= float(self.threshold_[0]))
