"""Spearman's correlation of profiles, and the two scores that read it, against SciPy and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from shiftscope.scores.profile_correlation import profile_correlation
from shiftscope.scores.spurious import spurious
from shiftscope.statistics.rank_correlation import RankedProfiles, rank_correlation

KEPT = np.array([[1.0], [2.0], [3.0], [4.0]])


def test_a_kept_order_correlates_wholly_and_a_reversed_one_too_but_for_the_sign():
    kept, reversed_ = (
        rank_correlation(KEPT**3, RankedProfiles(KEPT)),
        rank_correlation(-KEPT, RankedProfiles(KEPT)),
    )
    np.testing.assert_allclose(profile_correlation(np.concatenate([kept, reversed_])), [1.0, -1.0])
    np.testing.assert_allclose(spurious(np.concatenate([kept, reversed_])), [0.0, 0.0], atol=1e-12)


def test_spurious_by_hand():
    # Ranks 1 2 3 4 against 2 1 4 3: the squared differences sum to 4, so rho = 1 - 6*4/(4*15) = 0.6.
    shifted = np.array([[2.0], [1.0], [4.0], [3.0]])
    np.testing.assert_allclose(rank_correlation(shifted, RankedProfiles(KEPT)), [0.6])
    np.testing.assert_allclose(spurious(rank_correlation(shifted, RankedProfiles(KEPT))), [0.4])


def test_a_dead_or_constant_unit_has_no_correlation():
    reference, constant = np.array([[1.0], [2.0], [3.0]]), np.full((3, 1), 0.5)
    np.testing.assert_array_equal(rank_correlation(constant, RankedProfiles(reference)), [np.nan])
    np.testing.assert_array_equal(rank_correlation(reference, RankedProfiles(constant)), [np.nan])
    np.testing.assert_array_equal(
        rank_correlation(np.zeros((3, 1)), RankedProfiles(np.full((3, 1), np.nan))), [np.nan]
    )


def test_two_categories_are_too_few_for_an_order():
    np.testing.assert_array_equal(rank_correlation(KEPT[:2], RankedProfiles(KEPT[:2])), [np.nan])
    assert np.isnan(rank_correlation(np.empty((0, 2)), RankedProfiles(np.empty((0, 2))))).all()


@given(hnp.arrays(np.float64, (2, 7, 3), elements=st.integers(-3, 3).map(float)))
@settings(max_examples=60, deadline=None)
def test_the_correlation_equals_scipys(values):
    shifted, reference = values
    for unit, rho in enumerate(rank_correlation(shifted, RankedProfiles(reference))):
        pair = shifted[:, unit], reference[:, unit]
        if min(map(np.ptp, pair)) == 0:
            assert np.isnan(rho)
        else:
            assert rho == pytest.approx(stats.spearmanr(*pair).statistic, abs=1e-12)
