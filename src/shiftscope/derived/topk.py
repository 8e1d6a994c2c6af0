"""A sparse autoencoder with so many active features a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shiftscope.derived.derivation import Rows, derivation
from shiftscope.derived.sparse_autoencoder.autoencoder import SparseAutoencoder, largest

if TYPE_CHECKING:
    import torch

    from shiftscope.derived.sparse_autoencoder.gradients import Choice


@derivation("topk")
class TopK(SparseAutoencoder):
    """The largest few of many features, of which there may be more than units.

    Parameters
    ----------
    size
        Number of features. Once or twice as many as units are sensible, with a hundred rows for each.
    seed
        Of the directions that it begins at, and of the order of the rows.
    active
        Features of a row at most; 32 where not given, 16 for fewer than 128 units.
    steps
        Of training; where not given 3,000, or 20 passes over the rows if these are more.
    batch
        Rows a step.
    learning_rate
        At the beginning; it falls to a hundredth along half a cosine.

    References
    ----------
    Makhzani & Frey (2014), k-sparse autoencoders. Gao et al. (2024), Scaling and evaluating sparse autoencoders.
    """

    def choice(self) -> Choice:
        from shiftscope.derived.sparse_autoencoder.gradients import largest_of_each

        return largest_of_each

    def chosen(self, before: Rows) -> Rows:
        codes: Rows = np.where(largest(before, self.active_of(len(self.mean_))), before, np.float32(0))
        return codes

    def encoded(self, responses: torch.Tensor) -> torch.Tensor:
        """`transform` as torch does it, differentiable."""
        import torch

        given = self.before_in_torch(responses)
        values, features = torch.sort(given, dim=1, descending=True, stable=True)
        active = self.active_of(len(self.mean_))
        return torch.zeros_like(given).scatter(1, features[:, :active], values[:, :active])
