"""Which units argue for the answers that are wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import SampleUnitArray, UnitArray
from shiftscope.scores.score import Measured, unit_score
from shiftscope.statistics.two_sided import two_sided

Predictions = npt.NDArray[np.int64]  # (sample,)
ByPrediction = npt.NDArray[np.float64]  # (prediction, unit), or (prediction, 1)
Variances = tuple[ByPrediction, ByPrediction]  # with their degrees of freedom


@unit_score(
    reads="contributions",
    measured_in="logits",
    high="it argues for wrong answers more than for right ones",
)
def blame(
    wrong: SampleUnitArray, right: SampleUnitArray, predicted: tuple[Predictions, Predictions]
) -> Measured:
    """Mean contribution of the unit to the predicted category where the prediction is wrong, minus the same where
    it is right, on the dataset itself, among samples of the same prediction: positive for a unit that argues for
    wrong answers more than for right ones.

    A contribution is the response times the weight into the predicted category less the mean weight into all
    categories, since what is added to all logits changes no answer. The differences of the predicted categories are
    averaged with the weights n m / (n + m), of n wrong and m right samples, so that a unit whose contribution differs
    from one prediction to another takes no blame for which of them are wrong more often. p: the larger of Welch's and
    Student's, two-sided, their variances within predictions.

    Welch's alone finds too much where wrong answers are few and contributions skewed: the few then miss the large
    ones and seem to vary little. Student's alone does where the few vary more than the many.

    Parameters
    ----------
    wrong, right : (sample, unit) contributions, in logits
    predicted
        The prediction of each of these.

    Returns
    -------
    Measured
        (unit,) in logits. Without a category that was predicted both wrongly and rightly, and at a layer that does
        not feed the head, units have none. p is NaN with fewer than two of either among those that count, and for a
        unit that contributes a constant to each prediction.

    References
    ----------
    Cochran (1954), Some methods for strengthening the common chi-squared tests. Welch (1947), The generalization of
    'Student's' problem when several different population variances are involved. Satterthwaite (1946), An approximate
    distribution of estimates of variance components.
    """
    both = np.intersect1d(*predicted)
    if not len(both):
        return _untested(np.full(wrong.shape[1], np.nan), wrong, right)
    ours, theirs = (
        Cells.of(numbers, each, both) for numbers, each in zip((wrong, right), predicted, strict=True)
    )
    n, m, apart = ours.count, theirs.count, ours.mean - theirs.mean
    weight = n * m / (n + m)
    total = weight.sum()
    value = (weight * apart).sum(axis=0) / total
    if min(n.sum(), m.sum()) < 2:
        # One sample on a side says nothing of how far the mean would move: neither an interval nor a test.
        return _untested(value, wrong, right)
    p = np.maximum(
        *(_p(value, weight / total, parts) for parts in (_welch(ours, theirs), _student(ours, theirs)))
    )
    # A sample moves the mean of its cell, and by being there the weight of its prediction.
    influences = (
        ours.influence(wrong, m / (n + m) / total, (m / (n + m)) ** 2 * (apart - value) / total),
        theirs.influence(right, -n / (n + m) / total, (n / (n + m)) ** 2 * (apart - value) / total),
    )
    return Measured(value, influences, p)


def _untested(value: UnitArray, wrong: SampleUnitArray, right: SampleUnitArray) -> Measured:
    unknown = np.full_like(wrong, np.nan), np.full_like(right, np.nan)
    return Measured(value, unknown, np.full_like(value, np.nan))


@dataclass(frozen=True, eq=False)
class Cells:
    """Contributions to wrong answers, or to right ones, by what was predicted."""

    row: npt.NDArray[np.intp]  # (sample,) its prediction's, -1 for one that does not count
    count: ByPrediction  # (prediction, 1) samples
    mean: ByPrediction  # (prediction, unit)
    squares: ByPrediction  # (prediction, unit) sums of squared deviations from the mean

    @classmethod
    def of(cls, numbers: SampleUnitArray, predicted: Predictions, both: Predictions) -> Cells:
        """Of the predictions in `both`, which are sorted; each has samples."""
        place = np.minimum(np.searchsorted(both, predicted), len(both) - 1)
        row = np.where(both[place] == predicted, place, -1)
        order = np.argsort(row, kind="stable")[np.count_nonzero(row < 0) :]
        starts = np.searchsorted(row[order], np.arange(len(both)))
        count = np.diff(np.append(starts, len(order)))[:, None].astype(np.float64)
        values = numbers[order].astype(np.float64)
        mean = np.add.reduceat(values, starts, axis=0) / count
        values -= mean[row[order]]
        return cls(row, count, mean, np.add.reduceat(values**2, starts, axis=0))

    def influence(
        self, numbers: SampleUnitArray, of_mean: ByPrediction, of_weight: ByPrediction
    ) -> SampleUnitArray:
        """(sample, unit) by how much the value moves for a unit of weight on each sample."""
        own = len(numbers) * (of_mean[self.row] * (numbers - self.mean[self.row]) + of_weight[self.row])
        return np.where(self.row[:, None] < 0, 0, own)


def _welch(ours: Cells, theirs: Cells) -> list[Variances]:
    """Of each mean by itself; where one is of a single sample, as Student."""
    alone = np.minimum(ours.count, theirs.count) < 2
    [(pooled, freedom)] = _student(ours, theirs)
    parts = [(np.where(alone, pooled, 0), freedom)]
    for cells in (ours, theirs):
        free = np.maximum(cells.count - 1, 1)
        parts.append((np.where(alone, 0, cells.squares / free / cells.count), free))
    return parts


def _student(ours: Cells, theirs: Cells) -> list[Variances]:
    """Of both means together; of one sample each, from how far apart these are."""
    n, m = ours.count, theirs.count
    two = n + m == 2
    squares = np.where(two, (ours.mean - theirs.mean) ** 2 / 2, ours.squares + theirs.squares)
    freedom = np.where(two, 1, n + m - 2)
    return [(squares / freedom * (1 / n + 1 / m), freedom)]


def _p(value: UnitArray, weight: ByPrediction, parts: list[Variances]) -> UnitArray:
    """(unit,) of a weighted sum of differences, from parts of the variance of each, with their degrees of freedom."""
    shares = [(weight**2 * variance, freedom) for variance, freedom in parts]
    whole = sum((share.sum(axis=0) for share, _ in shares), np.zeros_like(value))
    size = np.where(
        whole > 0, whole, 1
    )  # of shares of the whole: the square of a small variance would be lost
    spread = sum(
        (((share / size) ** 2 / freedom).sum(axis=0) for share, freedom in shares), np.zeros_like(value)
    )
    return two_sided(value, np.sqrt(whole), freedom=1 / np.where(spread > 0, spread, 1))
