"""Half strengths and kept areas of planted curves."""

import numpy as np
import pytest

from shiftscope.tuning.half_strength import first_to_go, half_strength, kept_area
from shiftscope.tuning.selective_response import median_of_those_with_one

RUNGS = np.array([0, 0.1, 0.2, 0.4, 0.6, 0.8])
TRUTHS = np.arange(0.05, 0.8, 0.01)


def test_of_a_line_it_is_exact_and_what_is_not_reached_is_censored():
    truths = np.append(TRUTHS, 0.9)
    found = half_strength(RUNGS, 1 - RUNGS[:, None] / (2 * truths))
    np.testing.assert_allclose(found[:-1], TRUTHS, atol=1e-12)
    assert np.isinf(found[-1])


def test_of_a_bent_curve_it_is_off_by_less_than_the_rungs_allow():
    exponential = half_strength(RUNGS, 2 ** (-RUNGS[:, None] / TRUTHS))
    assert np.abs(exponential - TRUTHS).max() <= 0.017
    logistic = 1 / (1 + np.exp((RUNGS[:, None] - TRUTHS) / 0.05))
    assert np.abs(half_strength(RUNGS, logistic / logistic[0]) - TRUTHS)[TRUTHS >= 0.2].max() <= 0.03


def test_a_rung_that_rises_is_pooled_with_the_one_before():
    # .9 .3 .5 .1 becomes .9 .4 .4 .1, which crosses half between the first two
    strengths, curve = np.array([0.0, 1, 2, 3, 4]), np.array([1, 0.9, 0.3, 0.5, 0.1])[:, None]
    np.testing.assert_allclose(half_strength(strengths, curve), [1 + 0.4 / 0.5])
    np.testing.assert_allclose(half_strength(strengths, curve, level=0.2), [3 + 0.2 / 0.3])


def test_a_unit_with_nothing_to_lose_has_none():
    assert np.isnan(half_strength(RUNGS, np.full((6, 1), np.nan))).all()


def test_the_area_is_the_mean_height_over_the_ladder():
    curves = np.array([[1, 1, 1], [1, 0, 0.5], [1, 0, 2]], float)
    # trapezoids over 0, 1, 3: (1/2 (1 + 0) 1 + 0 2) / 3 and (.75 1 + 1.25 2) / 3
    np.testing.assert_allclose(kept_area(np.array([0.0, 1, 3]), curves), [1, 1 / 6, 3.25 / 3])


@pytest.mark.parametrize(("values", "median"), [([3, 1, 2], 2), ([1, 2, 3, 4], 2.5), ([1, np.nan, 3], 2)])
def test_a_median_leaves_out_what_is_missing(values, median):
    assert median_of_those_with_one(np.array(values, float)) == median


def test_a_median_of_half_strengths_is_there_when_half_reach_it():
    assert median_of_those_with_one(np.array([0.1, 0.3, np.inf])) == 0.3
    assert median_of_those_with_one(np.array([0.1, np.inf, np.inf])) == np.inf
    assert median_of_those_with_one(np.array([0.1, 0.3, np.inf, np.inf])) == np.inf
    assert np.isnan(median_of_those_with_one(np.array([np.nan, np.nan])))


def test_units_go_by_half_strength_then_by_area_and_those_without_stand_last():
    half = np.array([np.nan, np.inf, 0.3, np.inf, 0.2])
    area = np.array([np.nan, 0.9, 0.4, 0.7, 0.5])
    np.testing.assert_array_equal(first_to_go(half, area), [4, 2, 3, 1, 0])
