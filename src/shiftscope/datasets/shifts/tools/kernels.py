"""Kernels of whole numbers whose sum is exactly 1, in units of 2^-16."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.levels import ONE

Kernel = npt.NDArray[np.int64]


def normalised(weights: Kernel) -> Kernel:
    """Whole weights in units of 2^-16 of their sum: running sums are rounded, so that nothing is left over."""
    running = np.cumsum(weights)
    total = running[-1]
    shares: Kernel = np.diff((2 * ONE * running + total) // (2 * total), prepend=0)
    return shares.reshape(weights.shape)


def shared_out(rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], unit: int) -> Kernel:
    """A kernel of points around its middle, in 1/unit pixel, each divided among the four pixels it lies between."""
    reach = int(max(np.abs(rows).max(), np.abs(columns).max())) // unit + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), dtype=np.int64)
    row, column = rows // unit, columns // unit
    down, right = rows - row * unit, columns - column * unit
    for below in (0, 1):
        for beside in (0, 1):
            weight = (down if below else unit - down) * (right if beside else unit - right)
            np.add.at(kernel, (row + reach + below, column + reach + beside), weight)
    return normalised(kernel)


def discrete_gaussian(variance: float) -> Kernel:
    """(2 r + 1,) the discrete Gaussian e^-t I_n(t) with t the variance, up to where nothing is left of it.

    By Miller's recurrence downwards, which takes no exponential: I_(n-1) = I_(n+1) + (2 n / t) I_n, and the sum over
    all n is e^t.

    References
    ----------
    Lindeberg (1990), Scale-Space for Discrete Signals.
    """
    start = int(8 * variance**0.5) + 24
    terms, above, here = [0.0], 0.0, 1e-300
    for order in range(start, 0, -1):
        above, here = here, above + 2 * order / variance * here
        terms.append(here)
        if here > 1e250:
            above, here, terms = above * 1e-250, here * 1e-250, [term * 1e-250 for term in terms]
    half = terms[::-1]  # from order 0 on
    whole = half[0] + 2 * math.fsum(half[1:])
    shares = np.array([round(ONE * term / whole) for term in half])
    shares = shares[: max(int(np.flatnonzero(shares)[-1]), 1) + 1]
    kernel: Kernel = np.concatenate([shares[:0:-1], shares])
    kernel[len(kernel) // 2] += ONE - int(kernel.sum())
    return kernel
