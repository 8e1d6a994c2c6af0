import numpy as np
import pytest

from shiftscope.statistics.mean_band import mean_band


def test_the_band_is_the_mean_and_its_normal_interval():
    values = np.array([0.0, 1.0, 4.0, 2.5, 0.0])
    half = 1.959963984540054 * values.std(ddof=1) / np.sqrt(5)
    found = mean_band(5, values.sum(), (values**2).sum())
    assert found == pytest.approx((1.5, 1.5 - half, 1.5 + half))


def test_what_never_varies_has_a_band_without_width_and_one_value_has_none():
    assert mean_band(3, 6.0, 12.0) == (2.0, 2.0, 2.0)
    assert mean_band(1, 2.0, 4.0)[0] == 2.0
    assert np.isnan(mean_band(1, 2.0, 4.0)[1:]).all()
    assert np.isnan(mean_band(0, 0.0, 0.0)).all()
