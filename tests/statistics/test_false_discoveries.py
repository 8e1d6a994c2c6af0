"""Benjamini-Hochberg against SciPy and by hand."""

import numpy as np
from scipy import stats

from shiftscope.statistics.false_discoveries import false_discovery_shares


def test_by_hand():
    # Of four: 0.01 * 4 / 1, 0.02 * 4 / 2, 0.03 * 4 / 3, 0.5 * 4 / 4, made monotone from the right.
    q = false_discovery_shares(np.array([0.02, 0.5, 0.01, 0.03]))
    np.testing.assert_allclose(q, [0.04, 0.5, 0.04, 0.04])


def test_what_was_not_tested_is_not_in_the_family():
    p = np.random.default_rng(0).random(30)
    with_gaps = np.insert(p, [3, 10, 10], np.nan)
    q = false_discovery_shares(with_gaps)
    np.testing.assert_array_equal(np.isnan(q), np.isnan(with_gaps))
    np.testing.assert_allclose(q[~np.isnan(q)], stats.false_discovery_control(p))


def test_a_family_without_tests_has_no_discovery():
    assert np.isnan(false_discovery_shares(np.full(3, np.nan))).all()
