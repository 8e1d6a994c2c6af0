"""One form of a dictionary, whichever scale and order its features were found in."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from shiftscope.derived.derivation import Rows

Matrix = npt.NDArray[Any]


class Canonical(NamedTuple):
    """Atoms of unit length, the scale in the codes, features by the energy of their mean code, the largest first."""

    atoms: Rows  # (feature, unit)
    codes: Rows  # (row, feature)
    order: npt.NDArray[np.intp]  # (feature,) where each was before
    lengths: npt.NDArray[np.float64]  # (feature,) of the atoms as they were, in the new order


def canonical(atoms: Matrix, codes: Matrix) -> Canonical:
    """The same product of `codes` (row, feature) and `atoms` (feature, unit) in its canonical form.

    Features of equal energy are ordered by their atoms. An atom that is all zero stays so, and comes last.
    """
    atoms = np.asarray(atoms, np.float64)
    lengths = np.linalg.norm(atoms, axis=1)
    unit = (atoms / np.where(lengths > 0, lengths, 1)[:, None]).astype(np.float32)
    energies = (np.abs(codes.mean(0, dtype=np.float64)) * lengths).astype(np.float32)
    order = np.lexsort((*unit.T[::-1], -energies))
    scaled = (codes[:, order] * lengths[order]).astype(np.float32)
    return Canonical(unit[order], scaled, order, lengths[order])
