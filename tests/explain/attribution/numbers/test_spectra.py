from __future__ import annotations

import numpy as np
import pytest

from shiftscope.explain.attribution.numbers.spectra import (
    high_frequency_share,
    radial_spectrum,
    spectral_slope,
)


def noise(amplitude_power, count=20, size=64):
    spectrum = np.fft.fft2(np.random.default_rng(0).normal(size=(count, size, size)))
    radius = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size)[None])
    radius[0, 0] = 1
    return np.fft.ifft2(spectrum * radius**amplitude_power).real


def test_a_wave_has_all_its_power_at_its_frequency():
    c = np.arange(32)
    slow, fast = (np.cos(2 * np.pi * f * c / 32) * np.ones((32, 1)) + 5 for f in (2, 12))
    np.testing.assert_allclose(
        high_frequency_share(np.stack([slow, fast, slow + 2 * fast])), [0, 1, 0.8], atol=1e-12
    )
    frequencies, power = radial_spectrum(slow[None], bins=16)
    assert abs(frequencies[np.nanargmax(power[0])] - 2 / 32) < frequencies[1] - frequencies[0]


def test_white_noise_has_the_share_of_the_frequencies_and_no_slope():
    white = noise(0)
    assert high_frequency_share(white).mean() == pytest.approx(0.81, abs=0.01)
    assert spectral_slope(white).mean() == pytest.approx(0, abs=0.05)


def test_amplitudes_that_fall_as_one_over_f_have_slope_minus_two():
    assert spectral_slope(noise(-1)).mean() == pytest.approx(-2, abs=0.1)


def test_a_flat_map_has_no_share_and_no_slope():
    assert np.isnan(high_frequency_share(np.ones((1, 7, 9)))).all()
    assert np.isnan(spectral_slope(np.ones((1, 7, 9)))).all()
