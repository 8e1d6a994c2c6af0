"""How sure a difference of two means is, whose sets may vary unequally."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shiftscope.arrays import UnitArray


def standard_error(variances: Sequence[UnitArray], counts: Sequence[int]) -> tuple[UnitArray, UnitArray]:
    """Welch's standard error of a difference of two means, and its degrees of freedom.

    Parameters
    ----------
    variances : (unit,) each
        Of single values, n - 1 in the denominator.
    counts
        How many values each mean is of, two at least.

    Returns
    -------
    error, freedom : (unit,)
        Where nothing varies in either set the error is 0, with one degree of freedom.

    References
    ----------
    Welch (1947), The generalization of 'Student's' problem when several different population variances are involved.
    """
    squares = [variance / count for variance, count in zip(variances, counts, strict=True)]
    squared = squares[0] + squares[1]
    varies = squared > 0
    # As a share of the whole, since the square of a small error would be lost.
    shares = [np.divide(square, squared, out=np.zeros_like(squared), where=varies) for square in squares]
    spread = sum(share**2 / (count - 1) for share, count in zip(shares, counts, strict=True))
    freedom = np.divide(1.0, spread, out=np.ones_like(squared), where=varies)
    return np.sqrt(squared), freedom
