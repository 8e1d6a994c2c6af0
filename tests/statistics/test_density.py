"""Kernel densities, against scipy's."""

import numpy as np
import pytest
from scipy import stats

from shiftscope.statistics.density import density, scott_bandwidth


@pytest.mark.parametrize("count", [2, 3, 50, 3000])
def test_it_is_the_density_that_scipy_and_seaborn_draw(count):
    values = np.random.default_rng(count).gamma(2.0, 0.1, count)
    at = np.linspace(-0.5, 2, 301)
    np.testing.assert_allclose(density(values, at), stats.gaussian_kde(values)(at), rtol=1e-9, atol=1e-300)


def test_two_values_have_the_bandwidth_and_height_worked_out_by_hand():
    width = 0.5**0.5 / 2**0.2  # standard deviation of 0 and 1 with one degree of freedom
    assert scott_bandwidth(np.array([0.0, 1.0])) == pytest.approx(width)
    peak = np.exp(-0.5 * (0.5 / width) ** 2) / (width * np.sqrt(2 * np.pi))
    assert density(np.array([0.0, 1.0]), np.array([0.5])) == pytest.approx(peak)


def test_its_area_is_one():
    values = np.random.default_rng(0).uniform(0, 1, 40)
    at = np.linspace(-2, 3, 2001)
    assert np.trapezoid(density(values, at), at) == pytest.approx(1)


@pytest.mark.parametrize("values", [[], [0.3], [0.3, 0.3, 0.3]])
def test_values_without_spread_have_no_density(values):
    assert np.isnan(density(np.array(values), np.array([0.3, 0.4]))).all()
