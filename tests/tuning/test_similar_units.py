"""Correlation of category profiles, against SciPy's and the laws it must keep."""

import numpy as np
import pytest
from scipy import stats

from shiftscope.summaries.category_sums import CategorySums
from shiftscope.tuning import similar_units as similar
from shiftscope.tuning.similar_units import similar_profiles, standard_profiles


def sums(means, count):
    count = np.array(count, np.int64)
    return CategorySums(np.asarray(means, np.float64) * count[:, None], count)


@pytest.fixture
def some():
    rng = np.random.default_rng(0)
    return sums(rng.normal(3, 2, (7, 50)), [4, 9, 1, 0, 2, 300, 0])


@pytest.mark.parametrize("at_once", [1, 24, 10**6])
def test_every_unit_has_pearson_s_correlation_over_the_categories_with_samples(some, at_once, monkeypatch):
    monkeypatch.setattr(similar, "AT_ONCE", at_once)
    present = some.count > 0
    profiles = some.total[present] / some.count[present, None]
    expected = [stats.pearsonr(profiles[:, 8], profiles[:, unit]).statistic for unit in range(50)]
    found = similar_profiles(standard_profiles(some), 8)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found[8] == pytest.approx(1)
    few = standard_profiles(some, [8, 3, 0])
    np.testing.assert_allclose(similar_profiles(few, 0), found[[8, 3, 0]], atol=1e-6)


def test_scale_and_offset_do_not_count_and_a_reversal_is_minus_one():
    profile = np.array([0.0, 1.0, 4.0, 2.0])
    made = sums(np.stack([profile, 10 * profile + 3, -profile], axis=1), [1, 2, 3, 4])
    np.testing.assert_allclose(similar_profiles(standard_profiles(made), 0), [1, 1, -1], atol=1e-6)


def test_a_unit_alike_to_all_categories_has_no_correlation():
    rng = np.random.default_rng(1)
    means = np.stack([rng.random(5), np.full(5, 0.1), np.zeros(5)], axis=1)
    for unit, expected in ((0, [1, np.nan, np.nan]), (1, [np.nan] * 3)):
        found = similar_profiles(standard_profiles(sums(means, [3, 7, 9, 11, 13])), unit)
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_two_categories_are_too_few():
    means = np.random.default_rng(2).random((4, 3))
    assert np.isnan(similar_profiles(standard_profiles(sums(means, [5, 0, 5, 0])), 0)).all()
    assert not np.isnan(similar_profiles(standard_profiles(sums(means, [5, 1, 5, 0])), 0)).any()
