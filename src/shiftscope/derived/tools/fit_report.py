"""How well a dictionary tells rows, in a few numbers."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from shiftscope.derived.derivation import Derivation, Rows

AT_ONCE = 4096  # rows whose codes are held together


class FitReport(TypedDict):
    """Numbers of rows and their codes; nan where there is nothing to divide by."""

    rows: int
    relative_error: float  # ‖rows − reconstruction‖ / ‖rows‖
    fvu: float  # share of the variance about the mean of each unit that is left
    l0: float  # active features a row
    hoyer: float  # 1 where one feature is active, 0 where all are alike; mean of the rows that have any
    dead: float  # share of features that no row makes active
    gamma: float  # ‖mean‖ / ‖deviation‖ of the rows


def fit_report(fitted: Derivation, rows: Rows) -> FitReport:
    """Of (row, unit) responses, which are encoded in parts."""
    mean = rows.mean(0, dtype=np.float64)
    left = squares = varying = active = 0.0
    hoyer, told = 0.0, 0
    used = np.zeros(len(fitted.components_), bool)
    for start in range(0, len(rows), AT_ONCE):
        block = rows[start : start + AT_ONCE]
        codes = fitted.transform(block)
        reconstruction = codes @ fitted.components_ + fitted.mean_
        left += float(np.square(block - reconstruction, dtype=np.float64).sum())
        squares += float(np.square(block, dtype=np.float64).sum())
        varying += float(np.square(block - mean).sum())
        active += float((codes != 0).sum())
        used |= (codes != 0).any(0)
        each = hoyer_of(codes)
        hoyer, told = hoyer + float(np.nansum(each)), told + int(np.isfinite(each).sum())
    return FitReport(
        rows=len(rows),
        relative_error=float(np.sqrt(_ratio(left, squares))),
        fvu=_ratio(left, varying),
        l0=_ratio(active, len(rows)),
        hoyer=_ratio(hoyer, told),
        dead=float(1 - used.mean()),
        gamma=_ratio(float(np.linalg.norm(mean)), float(np.sqrt(varying / max(len(rows), 1)))),
    )


def hoyer_of(codes: Rows) -> Rows:
    """(row,) 1 where one code is active, 0 where all are of equal size; nan where none is, or there is only one.

    References
    ----------
    Hoyer (2004), Non-negative matrix factorization with sparseness constraints.
    """
    root = np.sqrt(codes.shape[1])
    size = np.linalg.norm(codes.astype(np.float64), axis=1)
    spread = np.full(len(codes), np.nan)
    if root > 1:
        np.divide(np.abs(codes, dtype=np.float64).sum(1), size, out=spread, where=size > 0)
        spread = (root - spread) / (root - 1)
    return spread.astype(np.float32)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
