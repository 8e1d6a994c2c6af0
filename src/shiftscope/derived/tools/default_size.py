"""How many features a dictionary has where nobody says."""

from __future__ import annotations

import numpy as np

from shiftscope.derived.derivation import Rows

LEAST, MOST = 8, 256
SHARE = 0.90  # of the variance
ROWS_PER_FEATURE = 100  # below which an autoencoder is no wider than its layer


def default_size(kind: str, rows: Rows) -> int:
    """For (row, unit) responses: of autoencoders twice as many as units, as many where there are fewer than a hundred
    rows for each; of principal components the directions with 90 % of the variance; else a third of the units, from 8
    to 256."""
    wanted: int
    units: int = rows.shape[1]
    if kind in ("topk", "batchtopk"):
        wanted = 2 * units if len(rows) >= ROWS_PER_FEATURE * 2 * units else units
    elif kind == "pca":
        wanted = directions(rows)
    else:
        wanted = min(max(units // 3, LEAST), MOST)
    return max(1, min(wanted, len(rows) - 1))


def directions(rows: Rows, share: float = SHARE) -> int:
    """The fewest orthogonal directions that hold this share of the variance of (row, unit) responses; 1 without any."""
    centred = rows - rows.mean(0, dtype=np.float64).astype(np.float32)
    product = centred.T @ centred if len(rows) >= rows.shape[1] else centred @ centred.T
    energy = np.maximum(np.linalg.eigvalsh(product.astype(np.float64))[::-1], 0)
    found = int(np.searchsorted(np.cumsum(energy), share * energy.sum() * (1 - 1e-12))) + 1
    return min(found, len(product))
