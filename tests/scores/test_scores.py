"""Scores against SciPy and hand arithmetic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from shiftscope.errors import BadRequest
from shiftscope.scores.activation_ratio import activation_ratio
from shiftscope.scores.novelty import novelty
from shiftscope.scores.score import profiles, unit_scores
from shiftscope.scores.spurious import average_ranks, spurious
from shiftscope.summaries.category_sums import CategorySums


def test_a_unit_silent_in_distribution_has_no_ratio():
    ratio = activation_ratio(shifted=np.array([2.0, 2.0, 0.0]), reference=np.array([0.0, 4.0, 5.0]))
    np.testing.assert_array_equal(ratio, [np.nan, 0.5, 0.0])


def test_a_negative_reference_maximum_gives_no_ratio():
    np.testing.assert_array_equal(activation_ratio(np.array([1.0]), np.array([-2.0])), [np.nan])


def test_novelty_compares_the_largest_means_whichever_their_categories():
    reference = np.array([[0.9, 0.2], [0.1, 0.5]])
    shifted = np.array([[0.1, 0.3], [0.4, 0.6]])
    np.testing.assert_allclose(novelty(shifted, reference), [0.5, -0.1])


def test_spurious_is_zero_for_a_kept_order_and_for_a_reversed_one():
    kept = np.array([[1.0], [2.0], [3.0], [4.0]])
    np.testing.assert_allclose(spurious(kept**3, kept), [0.0], atol=1e-12)
    np.testing.assert_allclose(spurious(-kept, kept), [0.0], atol=1e-12)


def test_spurious_by_hand():
    # Ranks 1 2 3 4 against 2 1 4 3: the squared differences sum to 4, so rho = 1 - 6*4/(4*15) = 0.6.
    reference, shifted = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([[2.0], [1.0], [4.0], [3.0]])
    np.testing.assert_allclose(spurious(shifted, reference), [0.4])


def test_a_dead_or_constant_unit_has_no_spuriousness():
    reference, constant = np.array([[1.0], [2.0], [3.0]]), np.full((3, 1), 0.5)
    np.testing.assert_array_equal(spurious(constant, reference), [np.nan])
    np.testing.assert_array_equal(spurious(reference, constant), [np.nan])
    np.testing.assert_array_equal(spurious(np.zeros((3, 1)), np.full((3, 1), np.nan)), [np.nan])


def test_two_categories_are_too_few_for_an_order():
    np.testing.assert_array_equal(spurious(np.array([[1.0], [2.0]]), np.array([[2.0], [1.0]])), [np.nan])


@given(hnp.arrays(np.float64, (7, 3), elements=st.integers(-3, 3).map(float)))
@settings(max_examples=100, deadline=None)
def test_ranks_equal_scipys(values):
    np.testing.assert_array_equal(average_ranks(values), stats.rankdata(values, axis=0))


def test_spurious_equals_scipys_rank_correlation():
    rng = np.random.default_rng(0)
    shifted, reference = rng.integers(0, 5, (2, 10, 40)).astype(float)
    for unit in range(40):
        rho = stats.spearmanr(shifted[:, unit], reference[:, unit]).statistic
        assert spurious(shifted, reference)[unit] == pytest.approx(1 - abs(rho), abs=1e-12)


def test_profiles_leave_out_categories_that_one_set_lacks():
    reference = CategorySums(np.array([[2.0], [6.0], [9.0]]), np.array([1, 2, 3]))
    shifted = CategorySums(np.array([[0.0], [8.0], [4.0]]), np.array([0, 4, 1]))
    ours, theirs = profiles(shifted, reference, reference_maximum=np.array([4.0]))
    np.testing.assert_array_equal(ours, [[0.5], [1.0]])
    np.testing.assert_array_equal(theirs, [[0.75], [0.75]])


def test_a_unit_without_a_positive_maximum_has_no_profile():
    sums = CategorySums(np.ones((3, 2)), np.ones(3, np.int64))
    ours, _ = profiles(sums, sums, reference_maximum=np.array([0.0, -1.0]))
    assert np.isnan(ours).all()


def test_without_a_common_category_nothing_is_defined():
    nothing = np.empty((0, 2))
    assert np.isnan(novelty(nothing, nothing)).all()
    assert np.isnan(spurious(nothing, nothing)).all()


def test_every_score_explains_itself_and_says_its_unit():
    for score in unit_scores.values():
        assert len(score.help) > 60
        assert score.measured_in


def test_an_unknown_score_names_the_nearest():
    with pytest.raises(BadRequest, match="no score named 'novelti'; closest: 'novelty'"):
        unit_scores["novelti"]
