"""The same samples classified twice, before and after a change."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.mcnemar import mcnemar
from shiftscope.statistics.wilson import wilson

Told = npt.NDArray[np.bool_]  # (sample,)


@dataclass(frozen=True)
class Pairs:
    """Counts of labelled samples by whether they were classified right before and after; shares of none are NaN."""

    both_right: int
    broken: int  # right before, wrong after
    fixed: int  # wrong before, right after
    both_wrong: int

    @classmethod
    def of(cls, before: Told, after: Told) -> Pairs:
        """From whether each labelled sample was classified right, (sample,) twice."""
        right, still = int(before.sum()), int((before & after).sum())
        fixed = int(after.sum()) - still
        return cls(still, right - still, fixed, len(before) - right - fixed)

    @property
    def labelled(self) -> int:
        return self.both_right + self.broken + self.fixed + self.both_wrong

    @property
    def before(self) -> float:
        """Accuracy before."""
        return (self.both_right + self.broken) / self.labelled if self.labelled else math.nan

    @property
    def after(self) -> float:
        """Accuracy after."""
        return (self.both_right + self.fixed) / self.labelled if self.labelled else math.nan

    @property
    def difference(self) -> float:
        """Accuracy after minus accuracy before."""
        return (self.fixed - self.broken) / self.labelled if self.labelled else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high end of a 95 % interval of the difference.

        The two shares' Wilson intervals, squared and added with the correlation of the pairs: it stays within
        -1 to 1 and has a width even where no answer changed.

        References
        ----------
        Newcombe (1998), Improved confidence intervals for the difference between binomial proportions based on
        paired data, method 10.
        """
        total = self.labelled
        if not total:
            return math.nan, math.nan
        right = np.array([self.both_right + self.fixed, self.both_right + self.broken])
        low, high = wilson(right, [total, total])
        (after_down, before_down), (after_up, before_up) = right / total - low, high - right / total
        phi = self._correlation()
        down = after_down**2 - 2 * phi * after_down * before_up + before_up**2
        up = after_up**2 - 2 * phi * after_up * before_down + before_down**2
        return self.difference - math.sqrt(max(down, 0)), self.difference + math.sqrt(max(up, 0))

    @property
    def p(self) -> float:
        """McNemar's p-value; NaN without a labelled sample."""
        return mcnemar(self.fixed, self.broken) if self.labelled else math.nan

    @property
    def surely_less(self) -> bool:
        """Whether the whole interval of the change lies below zero."""
        return self.interval[1] < 0

    def _correlation(self) -> float:
        """Phi of the two answers, a positive one with Newcombe's continuity correction."""
        before, after = self.both_right + self.broken, self.both_right + self.fixed
        spread = math.sqrt(before * (self.labelled - before) * after * (self.labelled - after))
        product: float = self.both_right * self.both_wrong - self.broken * self.fixed
        if product > 0:
            product = max(product - self.labelled / 2, 0)
        return product / spread if spread else 0.0
