"""What alignments are made of: sums over rows, which merge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
VARIES = 1e-12  # of the mean square; less is what rounding leaves of a constant


@dataclass(frozen=True, eq=False)
class Sums:
    """Of rows of two kinds that stand side by side, `left` and `right`; of one kind where they are the same."""

    rows: int
    left: FloatArray  # (unit,) sum
    right: FloatArray  # (other,) sum
    products: FloatArray  # (unit, other) sum of left times right

    @classmethod
    def of(cls, left: npt.NDArray[np.floating], right: npt.NDArray[np.floating] | None = None) -> Sums:
        """Of (row, unit) and (row, other) numbers."""
        ours = left.astype(np.float64)
        theirs = ours if right is None else right.astype(np.float64)
        return cls(len(ours), ours.sum(0), theirs.sum(0), ours.T @ theirs)

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.rows + other.rows,
            self.left + other.left,
            self.right + other.right,
            self.products + other.products,
        )

    @property
    def mean(self) -> FloatArray:
        """(unit,) of the left."""
        return self.left / self.rows

    @property
    def mean_right(self) -> FloatArray:
        """(other,)"""
        return self.right / self.rows

    @property
    def covariance(self) -> FloatArray:
        """(unit, other)"""
        found: FloatArray = self.products / self.rows - np.outer(self.mean, self.mean_right)
        return found

    @property
    def varies(self) -> npt.NDArray[np.bool_]:
        """(unit,) whether it does, of rows of one kind."""
        found: npt.NDArray[np.bool_] = np.diag(self.covariance) > VARIES * np.diag(self.products) / self.rows
        return found


@dataclass(frozen=True, eq=False)
class AdaptingSums:
    """Of the rows of a shifted set that it is adapted on."""

    responses: Sums
    codes: Sums  # of the dictionary, as it is
    residuals: Sums  # codes beside what the dictionary leaves of the responses
    twins: Sums | None  # twins in the reference beside the rows; None where there are none

    def __add__(self, other: AdaptingSums) -> AdaptingSums:
        both = self.twins is not None and other.twins is not None
        return AdaptingSums(
            self.responses + other.responses,
            self.codes + other.codes,
            self.residuals + other.residuals,
            self.twins + other.twins if both and self.twins and other.twins else self.twins or other.twins,
        )
