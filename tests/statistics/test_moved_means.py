"""Means of a unit's numbers on both sides of a shift."""

from __future__ import annotations

import numpy as np

from shiftscope.statistics.compared import matched, twins
from shiftscope.statistics.moved_means import moved_means


def test_each_part_of_one_unit_is_compared_over_the_kept_pairs_that_have_it():
    reference = np.zeros((5, 2, 3))
    shifted = np.zeros((5, 2, 3))
    reference[:, 1] = [[0.5, 0.25, 0.25]] * 5
    shifted[:, 1] = [[0.3, 0.2, 0.5], [0.1, 0.4, 0.5], [np.nan] * 3, [9, 9, 9], [9, 9, 9]]
    found = moved_means(
        twins(reference, shifted, np.array([1, 1, 1, 0, 0], bool)), 1, np.random.default_rng(0)
    )
    np.testing.assert_allclose(found.before, [0.5, 0.25, 0.25])
    np.testing.assert_allclose(found.after, [0.2, 0.3, 0.5])
    np.testing.assert_allclose(found.low, [-0.4, -0.05, 0.25], atol=1e-12)  # one of the two pairs drawn twice
    np.testing.assert_allclose(found.high, [-0.2, 0.15, 0.25], atol=1e-12)
    assert found.samples == 2


def test_categories_weigh_as_in_the_reference():
    predicted = np.repeat([0, 1], [15, 5])
    reference = np.where(predicted == 0, 0.2, 0.6)[:, None]
    other = np.repeat([0, 1], [5, 15])
    shifted = np.where(other == 0, 0.3, 0.6)[:, None]
    found = moved_means(matched(reference, predicted, shifted, other), 0, np.random.default_rng(0))
    np.testing.assert_allclose([found.before[0], found.after[0]], [0.3, 0.375])


def test_a_unit_without_numbers_has_none():
    found = moved_means(
        twins(np.full((4, 1), np.nan), np.ones((4, 1)), np.ones(4, bool)), 0, np.random.default_rng(0)
    )
    assert np.isnan(found.before).all()
    assert found.samples == 0
