"""A unit's twin change by category, against hand arithmetic and SciPy."""

import numpy as np
import pytest
from scipy import stats

from shiftscope.tuning.twin_changes import twin_changes_by_category


def test_a_constant_push_is_the_change_of_its_category_alone():
    labels = np.repeat([0, 1, 2], [30, 10, 9])
    theirs = np.tile([0.0, 2.0], 25)[:49]
    found = twin_changes_by_category(theirs + 0.5 * (labels == 0), theirs, labels, np.arange(49))
    assert list(found) == [0, 1]  # nine are too few
    deviation = np.std(theirs)
    assert found[0].change == found[0].low == found[0].high == pytest.approx(0.5 / deviation)
    assert (found[0].originals, found[0].increase) == (30, 1)
    # 30 equal effects: z = sum / root of the sum of squares = root of 30
    assert found[0].q == pytest.approx(2 * stats.norm.sf(np.sqrt(30)))
    assert (found[1].change, found[1].increase) == (0, 0.5)
    assert np.isnan(found[1].q)


def test_the_interval_is_students():
    rng = np.random.default_rng(0)
    theirs, effects = rng.normal(size=40), rng.normal(0.3, size=40)
    (found,) = twin_changes_by_category(theirs + effects, theirs, np.zeros(40, int), np.arange(40)).values()
    ends = stats.ttest_1samp(effects, 0).confidence_interval(0.95)
    np.testing.assert_allclose([found.low, found.high], np.array(ends) / theirs.std())


def test_pairs_of_one_original_count_as_one():
    rng = np.random.default_rng(0)
    theirs, effects, labels = rng.normal(size=30), rng.normal(0.3, size=30), np.zeros(30, int)
    once = twin_changes_by_category(theirs + effects, theirs, labels, np.arange(30))
    thrice = (np.repeat(each, 3) for each in (theirs + effects, theirs, labels, np.arange(30)))
    several = twin_changes_by_category(*thrice)
    assert several[0].originals == 30
    assert several[0].q == pytest.approx(once[0].q)
    assert several[0].change == pytest.approx(once[0].change)
