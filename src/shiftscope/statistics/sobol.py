"""How much of a function's variance each of its arguments has a part in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def design(arguments: int, rows: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Two quasi-random (row, argument) designs in [0, 1], by one scrambled Sobol sequence of both.

    Parameters
    ----------
    rows
        A power of 2.

    References
    ----------
    Saltelli et al. (2010), Variance based sensitivity analysis of model output.
    """
    from scipy.stats.qmc import Sobol

    points = Sobol(2 * arguments, scramble=True, rng=rng).random(rows)
    return points[:, :arguments], points[:, arguments:]


def replicas(first: FloatArray, second: FloatArray) -> FloatArray:
    """(argument, row, argument) copies of the first design, each with one argument from the second."""
    arguments = first.shape[1]
    copies = np.repeat(first[None], arguments, axis=0)
    for each in range(arguments):
        copies[each, :, each] = second[:, each]
    return copies


def total_indices(values: FloatArray, replaced: FloatArray) -> FloatArray:
    """(argument,) total indices by Jansen's estimator; NaN where the function is constant.

    Parameters
    ----------
    values : (row,)
        Of the first design.
    replaced : (argument, row)
        Of its `replicas`.

    References
    ----------
    Jansen (1999), Analysis of variance designs for model output.
    """
    variance = float(np.var(values, ddof=1))
    if not variance > 0:
        return np.full(len(replaced), np.nan)
    indices: FloatArray = np.square(values - replaced).mean(axis=1) / (2 * variance)
    return indices
