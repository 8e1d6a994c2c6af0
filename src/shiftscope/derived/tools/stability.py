"""Which features other fits find again, beside what random atoms would seem to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.derived.derivation import Rows

FOUND = 0.7  # matched cosine from which a feature is found by another fit
Cosines = npt.NDArray[np.float32]


def matched_cosines(atoms: Rows, others: Rows, *, signed: bool = False) -> Cosines:
    """(feature,) cosine of each atom with the other fit's atom that it is matched with.

    The matching is one to one and has the largest sum; an atom without a partner has 0. Where no atom of either fit has
    a negative entry, their common mean direction is taken out first, as any two of them would be alike by that.

    Parameters
    ----------
    signed
        An atom and its negative are the same.
    """
    from scipy.optimize import linear_sum_assignment

    one, other = (np.asarray(each, np.float64) for each in (atoms, others))
    if (one >= 0).all() and (other >= 0).all():
        common = _unit(_unit(one).sum(0) + _unit(other).sum(0))
        one, other = (_unit(each) - np.outer(_unit(each) @ common, common) for each in (one, other))
    cosines = _unit(one) @ _unit(other).T
    if signed:
        cosines = np.abs(cosines)
    found = np.zeros(len(atoms), np.float32)
    rows, columns = linear_sum_assignment(-cosines)
    found[rows] = cosines[rows, columns]
    return found


def random_cosine(atoms: Rows, *, signed: bool = False, draws: int = 3) -> float:
    """Mean matched cosine of as many random unit atoms of this size; without negative entries if `atoms` has none."""
    rng = np.random.default_rng(0)
    nonnegative = bool((atoms >= 0).all())

    def drawn() -> Rows:
        entries = rng.normal(size=atoms.shape)
        return _unit(np.abs(entries) if nonnegative else entries).astype(np.float32)

    return float(np.mean([matched_cosines(drawn(), drawn(), signed=signed).mean() for _ in range(draws)]))


def _unit(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: npt.NDArray[np.float64] = vectors / np.where(lengths > 1e-12, lengths, 1)
    return unit
