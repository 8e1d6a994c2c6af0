"""Dictionaries that were planted, and how well they are found again."""

import numpy as np
from scipy.optimize import linear_sum_assignment


def unit(atoms):
    return atoms / np.linalg.norm(atoms, axis=1, keepdims=True)


def cosines(planted, found):
    """(feature,) of each planted atom with the found one that it is matched with."""
    each = unit(planted) @ unit(found).T
    return each[linear_sum_assignment(-each)]


def parts(rows=1000, units=64, features=12, signed=False):
    """Rows that are sparse sums of sparse atoms."""
    rng = np.random.default_rng(0)
    drawn = rng.normal(size=(features, units)) if signed else rng.gamma(1, 1, (features, units))
    atoms = drawn * (rng.random((features, units)) < (1 if signed else 0.3))
    codes = rng.gamma(1, 1, (rows, features)) * (rng.random((rows, features)) < 0.25)
    return (codes @ atoms).astype(np.float32), atoms, codes


def few_active(rows, units=32, features=64, active=4):
    """Rows that are sums of a few of more atoms than there are units."""
    rng = np.random.default_rng(0)
    atoms = unit(rng.normal(size=(features, units)))
    codes = np.zeros((rows, features))
    at = np.argsort(rng.random((rows, features)), 1)[:, :active]
    np.put_along_axis(codes, at, np.abs(rng.normal(size=(rows, active))), 1)
    return (codes @ atoms).astype(np.float32), atoms, codes
