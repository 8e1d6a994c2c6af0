"""Means over sets of samples, and the interval of their difference."""

import numpy as np
import pytest
from scipy import stats

from shiftscope.tuning.set_means import SetMean, welch

RNG = np.random.default_rng(0)
RESPONSES = RNG.gamma(2.0, size=(40, 6))


@pytest.mark.parametrize("split", [0, 1, 7, 39, 40])
def test_the_means_of_two_parts_merge_into_that_of_the_whole(split):
    whole = SetMean.of(RESPONSES[:split]).merge(SetMean.of(RESPONSES[split:]))
    assert whole.samples == 40
    np.testing.assert_allclose(whole.mean, RESPONSES.mean(axis=0))
    np.testing.assert_allclose(whole.variance(), RESPONSES.var(axis=0, ddof=1))


def test_a_large_mean_does_not_drown_a_small_spread():
    far = SetMean.of(1e8 + RESPONSES[:20]).merge(SetMean.of(1e8 + RESPONSES[20:]))
    np.testing.assert_allclose(far.variance(), RESPONSES.var(axis=0, ddof=1), rtol=1e-6)


def test_half_precision_is_summed_in_full():
    halves = np.full((4000, 1), 0.1, np.float16)
    assert SetMean.of(halves).mean[0] == float(np.float16(0.1))


def test_an_empty_set_has_no_mean_and_one_sample_no_variance():
    empty, one = SetMean.of(RESPONSES[:0]), SetMean.of(RESPONSES[:1])
    assert empty.samples == 0
    assert np.isnan(empty.mean).all()
    np.testing.assert_array_equal(one.mean, RESPONSES[0])
    assert np.isnan(one.variance()).all()
    assert np.isnan(empty.merge(empty).mean).all()


@pytest.mark.parametrize(("few", "many"), [(2, 2), (2, 38), (5, 11)])
def test_the_interval_is_that_of_welch(few, many):
    first, second = RESPONSES[:few], 3 * RESPONSES[-many:]
    found = welch(SetMean.of(first), SetMean.of(second))
    for unit in range(6):
        test = stats.ttest_ind(first[:, unit], second[:, unit], equal_var=False)
        expected = test.confidence_interval(0.95)
        assert found.value[unit] == pytest.approx(first[:, unit].mean() - second[:, unit].mean())
        assert (found.low[unit], found.high[unit]) == pytest.approx((expected.low, expected.high))


def test_it_covers_the_true_difference_as_often_as_it_says():
    rng = np.random.default_rng(1)
    sets = [SetMean.of(rng.normal(scale=scale, size=(n, 4000))) for n, scale in ((4, 1.0), (9, 5.0))]
    found = welch(*sets)
    assert np.mean((found.low <= 0) & (found.high >= 0)) == pytest.approx(0.95, abs=0.015)


def test_one_sample_has_no_interval():
    found = welch(SetMean.of(RESPONSES[:1]), SetMean.of(RESPONSES[1:]))
    assert np.isfinite(found.value).all()
    assert np.isnan(found.low).all()
    assert np.isnan(found.high).all()


def test_where_nothing_varies_the_interval_has_no_width():
    silent, constant = SetMean.of(np.zeros((5, 2))), SetMean.of(np.array([[0.0, 2.0]] * 3))
    found = welch(constant, silent)
    for ends in (found.value, found.low, found.high):
        np.testing.assert_array_equal(ends, [0, 2])


def test_an_interval_turns_around_under_a_negative_factor():
    found = welch(SetMean.of(RESPONSES[:9]), SetMean.of(RESPONSES[9:]))
    turned = found.times(np.full(6, -2.0))
    np.testing.assert_array_equal(turned.value, -2 * found.value)
    np.testing.assert_array_equal(turned.low, -2 * found.high)
    np.testing.assert_array_equal(turned.high, -2 * found.low)


def test_some_units_are_taken_from_all():
    some = SetMean.of(RESPONSES).at([4, 1])
    np.testing.assert_array_equal(some.mean, RESPONSES.mean(axis=0)[[4, 1]])
    assert SetMean.of(RESPONSES).at([]).mean.shape == (0,)
