"""The four scores of twins by hand, against each other and against tests written elsewhere."""

import numpy as np
import pytest

from shiftscope.scores.shift_auroc import shift_auroc
from shiftscope.scores.twin_auroc import twin_auroc
from shiftscope.scores.twin_change import twin_change
from shiftscope.scores.twin_increase import twin_increase
from shiftscope.scores.twin_rate_change import twin_rate_change
from shiftscope.statistics.clusters import Clusters
from shiftscope.statistics.empirical_cdf import empirical_cdfs
from shiftscope.statistics.mcnemar import mcnemar
from shiftscope.statistics.swap_test import swap_test


def twins(rng, n=60, units=5):
    """Rectified responses with many zeros and ties, and those of their twins."""
    before = rng.normal(0, 1, (n, units))
    after = 0.9 * before + 0.3 * rng.normal(0, 1, (n, units)) + 0.1
    return [np.maximum(np.round(side * 4) / 4, 0).astype(np.float32) for side in (after, before)]


def measured_of(score, shifted, reference, clusters=None):
    clusters = clusters or Clusters.single(len(shifted))
    more = (empirical_cdfs(shifted, reference),) if score is twin_auroc else ()
    return score(shifted, reference, clusters, *more)


SCORES = (twin_change, twin_auroc, twin_increase, twin_rate_change)


def test_change_is_in_deviations_of_the_reference():
    # Deviation of 1, 3 is 1; the mean change is (1 + 0) / 2.
    measured = twin_change(np.array([[2.0], [3.0]]), np.array([[1.0], [3.0]]), Clusters.single(2))
    np.testing.assert_allclose(measured.value, [0.5])
    np.testing.assert_allclose(measured.influences[0], [[1], [0]])


def test_increase_counts_pairs_and_halves_equal_ones():
    shifted, reference = np.array([[2.0], [3.0], [1.0], [5.0]]), np.array([[1.0], [3.0], [2.0], [4.0]])
    np.testing.assert_allclose(twin_increase(shifted, reference, Clusters.single(4)).value, [2.5 / 4])


def test_rate_change_is_the_difference_of_the_rates_with_mcnemars_p():
    shifted = np.repeat([1.0, 0.0, 1.0, 0.0], [30, 20, 12, 5])[:, None]
    reference = np.repeat([1.0, 0.0, 0.0, 1.0], [30, 20, 12, 5])[:, None]
    measured = twin_rate_change(shifted, reference, Clusters.single(67))
    np.testing.assert_allclose(measured.value, [(42 - 35) / 67])
    assert measured.p[0] == mcnemar(12, 5)


def test_auroc_is_that_of_all_samples_and_p_of_the_pooled_ranks():
    from scipy.stats import rankdata

    shifted, reference = twins(np.random.default_rng(0))
    measured = measured_of(twin_auroc, shifted, reference)
    steps = empirical_cdfs(shifted, reference)
    np.testing.assert_allclose(measured.value, shift_auroc(shifted, reference, steps).value)
    ranks = rankdata(np.concatenate([shifted, reference]), axis=0)
    np.testing.assert_allclose(measured.p, swap_test(ranks[:60] - ranks[60:]))
    np.testing.assert_allclose(measured.influences[0].mean(axis=0), 2 * measured.value - 1)


def test_twins_that_are_alike_changed_nothing_and_are_not_tested():
    same = twins(np.random.default_rng(1))[0]
    expected = {twin_change: 0, twin_auroc: 0.5, twin_increase: 0.5, twin_rate_change: 0}
    for score, value in expected.items():
        measured = measured_of(score, same, same)
        np.testing.assert_allclose(measured.value, np.full(5, value))
        np.testing.assert_array_equal(measured.p, np.full(5, np.nan))
        np.testing.assert_allclose(np.ptp(measured.influences[0], axis=0), 0, atol=1e-12)


def test_a_constant_added_to_every_twin_is_known_without_doubt():
    reference = np.random.default_rng(2).normal(0, 1, (50, 3))
    measured = measured_of(twin_change, reference + 0.25, reference)
    np.testing.assert_allclose(measured.value, 0.25 / reference.std(axis=0))
    np.testing.assert_allclose(np.ptp(measured.influences[0], axis=0), 0, atol=1e-12)


def test_a_unit_with_one_response_to_all_of_the_reference_has_no_scale():
    measured = twin_change(np.array([[0.0], [1.0]]), np.zeros((2, 1)), Clusters.single(2))
    np.testing.assert_array_equal(measured.value, [np.nan])
    measured = twin_change(np.zeros((2, 1)), np.zeros((2, 1)), Clusters.single(2))
    np.testing.assert_array_equal(measured.value, [0])


@pytest.mark.parametrize("score", SCORES)
def test_copies_of_every_twin_give_the_p_and_the_value_of_one(score):
    shifted, reference = twins(np.random.default_rng(3))
    once = measured_of(score, shifted, reference)
    copies = [np.repeat(side, 4, axis=0) for side in (shifted, reference)]
    several = measured_of(score, *copies, Clusters.of(np.repeat(np.arange(60), 4)))
    np.testing.assert_allclose(several.p, once.p)
    np.testing.assert_allclose(several.value, once.value)
    np.testing.assert_allclose(several.influences[0], once.influences[0], atol=1e-12)


@pytest.mark.parametrize("score", SCORES)
def test_exchanging_all_twins_turns_the_value_and_keeps_p(score):
    shifted, reference = twins(np.random.default_rng(4))
    there, back = measured_of(score, shifted, reference), measured_of(score, reference, shifted)
    np.testing.assert_allclose(back.p, there.p)
    if score is twin_change:  # whose scale is that of the other side
        np.testing.assert_array_equal(np.sign(back.value), -np.sign(there.value))
    else:
        middle = 0.5 if score in (twin_auroc, twin_increase) else 0
        np.testing.assert_allclose(back.value - middle, middle - there.value)


@pytest.mark.parametrize("score", SCORES)
def test_the_order_of_the_pairs_changes_nothing(score):
    shifted, reference = twins(np.random.default_rng(5))
    order = np.random.default_rng(6).permutation(60)
    there, again = (
        measured_of(score, shifted, reference),
        measured_of(score, shifted[order], reference[order]),
    )
    np.testing.assert_allclose(again.value, there.value)
    np.testing.assert_allclose(again.p, there.p)
