"""Ways to tell rows: a dictionary's, and two that learn nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shiftscope.derived.derivation import Derivation, Rows

Reconstruct = Callable[[Rows], Rows]  # (row, unit) -> (row, unit)
RIDGE = 1e-6  # share of the diagonal, where chosen atoms are almost alike


def by_dictionary(fitted: Derivation) -> Reconstruct:
    def reconstruct(rows: Rows) -> Rows:
        told: Rows = fitted.transform(rows) @ fitted.components_ + fitted.mean_
        return told

    return reconstruct


def by_plain_units(active: int) -> Reconstruct:
    """The largest few responses of each row as they are, and zero for the others; of equal ones the first."""

    def reconstruct(rows: Rows) -> Rows:
        order = np.argsort(-np.abs(rows), axis=1, kind="stable")[:, :active]
        told = np.zeros_like(rows)
        np.put_along_axis(told, order, np.take_along_axis(rows, order, axis=1), axis=1)
        return told

    return reconstruct


def by_random_atoms(size: int, active: int, mean: Rows, seed: int) -> Reconstruct:
    """Least squares on the few of `size` random directions that are nearest to each row, about a mean.

    Codes may have any sign and are the best for the atoms chosen, so nothing about the encoder is left to be learned.
    """
    atoms = np.random.default_rng([seed, size]).standard_normal((size, len(mean)))
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    active = min(active, size, len(mean))
    alike = atoms @ atoms.T

    def reconstruct(rows: Rows) -> Rows:
        along = (rows - mean) @ atoms.T
        chosen = np.argsort(-np.abs(along), axis=1, kind="stable")[:, :active]
        gram = alike[chosen[:, :, None], chosen[:, None, :]] + RIDGE * np.eye(active)
        codes = np.linalg.solve(gram, np.take_along_axis(along, chosen, axis=1)[..., None])[..., 0]
        spread = np.zeros((len(rows), size))
        np.put_along_axis(spread, chosen, codes, axis=1)
        told: Rows = (spread @ atoms + mean).astype(np.float32)
        return told

    return reconstruct
