"""Trends along a ladder, and their test."""

from itertools import permutations, product

import numpy as np
from scipy.stats import norm, spearmanr

from shiftscope.tuning.trend import trend, trend_p


def test_the_trend_is_spearmans():
    means = np.random.default_rng(0).normal(size=(6, 5))
    expected = [spearmanr(range(6), means[:, unit])[0] for unit in range(5)]
    np.testing.assert_allclose(trend(means), expected)
    assert np.isnan(trend(np.ones((4, 1)))).all()


def test_its_p_has_the_variance_of_all_exchanges_within_samples():
    responses = np.random.default_rng(1).exponential(size=(3, 3, 1)) + np.arange(3)[:, None, None]
    orders = list(permutations(range(3)))
    totals = [
        sum(responses[list(order), sample, 0] @ [-1, 0, 1] for sample, order in enumerate(each))
        for each in product(orders, repeat=3)
    ]
    observed = responses[:, :, 0].sum(axis=1) @ [-1, 0, 1]
    assert abs(np.mean(totals)) < 1e-12
    np.testing.assert_allclose(trend_p(responses), 2 * norm.sf(abs(observed) / np.std(totals)))


def test_without_a_trend_it_is_small_as_often_as_it_says():
    rng = np.random.default_rng(2)
    p = trend_p(np.maximum(rng.normal(size=(6, 60, 2000)) + rng.normal(size=(60, 2000)), 0))
    assert abs((p < 0.05).mean() - 0.05) < 3 * np.sqrt(0.05 * 0.95 / 2000)


def test_a_unit_that_stays_the_same_has_none():
    assert np.isnan(trend_p(np.ones((4, 5, 1)))).all()
