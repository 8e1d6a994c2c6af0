"""Selectivity and entropy of one profile, by hand and against SciPy."""

import numpy as np
from scipy import stats

from shiftscope.scores.profile_entropy import profile_entropy
from shiftscope.scores.selectivity import selectivity

# One category only, all alike, three to one, silent, below zero everywhere.
PROFILE = np.array([[2.0, 1.0, 3.0, 0.0, -1.0], [0.0, 1.0, 1.0, 0.0, -2.0], [0.0, 1.0, 1.0, 0.0, -1.0]])


def test_selectivity_by_hand():
    np.testing.assert_allclose(selectivity(PROFILE), [1.0, 0.0, 0.5, np.nan, np.nan])


def test_negative_means_count_as_zero():
    np.testing.assert_allclose(selectivity(np.array([[1.0], [-5.0]])), [1.0])
    np.testing.assert_allclose(profile_entropy(np.array([[1.0], [-5.0]])), [0.0])


def test_one_category_has_no_selectivity():
    np.testing.assert_array_equal(selectivity(np.array([[1.0]])), [np.nan])


def test_entropy_by_hand():
    np.testing.assert_allclose(profile_entropy(PROFILE)[:2], [0.0, np.log2(3)])
    np.testing.assert_array_equal(profile_entropy(PROFILE)[3:], [np.nan, np.nan])


def test_entropy_equals_scipys():
    profile = np.random.default_rng(0).random((7, 4))
    np.testing.assert_allclose(profile_entropy(profile), stats.entropy(profile, base=2))


def test_without_categories_there_is_nothing():
    nothing = np.empty((0, 2))
    assert np.isnan(selectivity(nothing)).all()
    assert np.isnan(profile_entropy(nothing)).all()
