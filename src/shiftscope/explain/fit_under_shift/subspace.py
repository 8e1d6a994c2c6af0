"""How far the directions in which rows vary turned."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Covariance = npt.NDArray[np.float64]  # (unit, unit)


def directions_for(reference: Covariance, share: float) -> int:
    """The fewest leading directions that hold this share of the variance."""
    energy = np.maximum(np.linalg.eigvalsh(reference)[::-1], 0)
    return int(np.searchsorted(np.cumsum(energy), share * energy.sum() * (1 - 1e-12))) + 1


def tilt(reference: Covariance, other: Covariance, directions: int) -> float:
    """Variance of the other in the leading directions of the reference, by that in its own; 1 where none turned."""
    _, leading = np.linalg.eigh(reference)
    leading = leading[:, ::-1][:, :directions]
    own = float(np.linalg.eigvalsh(other)[::-1][:directions].sum())
    return float(np.einsum("ur,uv,vr->", leading, other, leading)) / own if own > 0 else float("nan")
