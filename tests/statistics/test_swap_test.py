"""The exchange of twins against every exchange written out."""

import itertools

import numpy as np
import pytest

from shiftscope.statistics.swap_test import EXACT_UP_TO, swap_test


def by_hand(effects):
    """The share of all exchanges whose sum is at least as far from zero."""
    sums = [abs(np.dot(signs, effects)) for signs in itertools.product((1, -1), repeat=len(effects))]
    return np.mean(np.array(sums) >= abs(effects.sum()) - 1e-9)


@pytest.mark.parametrize("pairs", [1, 2, 5, 9, 12])
def test_few_pairs_are_exchanged_in_every_way(pairs):
    effects = np.random.default_rng(pairs).normal(0.4, 1, (pairs, 3))
    np.testing.assert_allclose(swap_test(effects), [by_hand(unit) for unit in effects.T])


def test_ties_among_the_sums_count():
    np.testing.assert_allclose(swap_test(np.array([[0.1], [0.2], [0.3]])), [0.25])
    np.testing.assert_allclose(swap_test(np.array([[1.0], [-1.0]])), [1.0])


def test_pairs_without_a_difference_count_for_nothing():
    effects = np.random.default_rng(0).normal(0.5, 1, (10, 2))
    with_zeros = np.concatenate([np.zeros((500, 2)), effects])
    np.testing.assert_allclose(swap_test(with_zeros), swap_test(effects))


def test_many_pairs_have_the_normal_p_of_the_sum():
    effects = np.random.default_rng(1).normal(0.1, 1, (200, 4))
    flips = np.random.default_rng(2).choice([-1.0, 1.0], (20_000, 200))
    reached = np.abs(flips @ effects) >= np.abs(effects.sum(axis=0))
    np.testing.assert_allclose(swap_test(effects), reached.mean(axis=0), atol=0.012)


def test_twins_that_are_alike_are_not_tested():
    np.testing.assert_array_equal(swap_test(np.zeros((40, 2))), [np.nan, np.nan])


def test_exact_and_normal_meet_where_they_change_over():
    effects = np.random.default_rng(3).normal(0.3, 1, (EXACT_UP_TO, 50))
    more = np.concatenate([effects, np.full((1, 50), 1e-6)])  # one pair more: normal
    np.testing.assert_allclose(swap_test(effects), swap_test(more), atol=0.03)
