"""How far the order of the categories survives sampling alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray
from shiftscope.scores.estimation.estimate import FLAT_FROM
from shiftscope.scores.estimation.halves import FEWEST_SAMPLES
from shiftscope.scores.estimation.resampled_dataset import ResampledUnits
from shiftscope.statistics.equal_means import equal_means
from shiftscope.statistics.rank_correlation import FEWEST_CATEGORIES

Counts = npt.NDArray[np.int64]  # (category,) samples


def expected_by_sampling(shifted: ResampledUnits, reference: ResampledUnits) -> tuple[UnitArray, UnitArray]:
    """Rank correlation to be expected of the reference and another set of the shifted one's size without a shift.

    Categories with samples in both sets count, and of these, such as have two in the reference.

    Returns
    -------
    expected, p : (unit,)
        From 0 to 1, and of the test that the unit responds alike to all categories in the reference; where it may,
        by a p of .05 and more, 0 is expected. NaN with fewer than three categories, or where the reference's single
        responses were not kept.
    """
    ours, theirs = shifted.observed.count, reference.dataset.counts
    chosen = (ours > 0) & (theirs >= FEWEST_SAMPLES)
    if not reference.has_responses or np.count_nonzero(chosen) < FEWEST_CATEGORIES:
        nothing = np.full(len(reference.units), np.nan)
        return nothing, nothing
    ours, theirs = ours[chosen], theirs[chosen]
    p = equal_means(reference.observed.means[chosen], reference.within[chosen], theirs)
    expected = expected_correlation(reference.between_halves(chosen), theirs, (ours, theirs))
    return np.where(p >= FLAT_FROM, 0, expected), p


def expected_correlation(
    between_halves: UnitArray, halved: Counts, counts: tuple[Counts, Counts]
) -> UnitArray:
    """(unit,) rank correlation to be expected of two sets that differ by sampling alone.

    A mean over n samples carries noise in proportion to 1 / n, and noise of w times the spread of the true means
    takes a correlation down by the root of 1 + w. Halves have fewer samples than whole sets and correlate less; by
    how much gives w, and so what sets of any size give.

    Parameters
    ----------
    between_halves : (unit,)
        Correlation of the profile in one half of a set with that in the other.
    halved, counts
        Samples of the set that was halved, two or more each, and of the two sets that are compared.

    Returns
    -------
    (unit,) from 0 to 1
        0 where halves do not correlate.

    References
    ----------
    Spearman (1910), Correlation calculated from faulty data. Brown (1910), Some experimental results in the
    correlation of mental abilities.
    """
    smaller = halved // 2
    of_halves = np.mean([1 / smaller, 1 / (halved - smaller)])
    alike = np.clip(between_halves, 0, 1)
    with np.errstate(divide="ignore"):
        noise = (1 / alike - 1) / of_halves
    kept = [1 + noise * np.mean(1 / samples) for samples in counts]
    expected: UnitArray = 1 / np.sqrt(kept[0] * kept[1])
    return expected
