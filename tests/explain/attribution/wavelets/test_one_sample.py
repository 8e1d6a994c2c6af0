"""Wavelet coefficients of one sample, as they are looked at."""

from __future__ import annotations

import numpy as np

from shiftscope.explain.attribution.wavelets.one_sample import (
    mosaic_shares,
    of_sample,
    sufficient_picture,
)
from shiftscope.explain.attribution.wavelets.wavelet_attribution import wavelet_attribution

RNG = np.random.default_rng(0)
GRADIENT, INPUTS = RNG.normal(size=(3, 3, 8, 8)), RNG.random((3, 3, 8, 8))


def found():
    return wavelet_attribution(GRADIENT, INPUTS, level=2)


def test_one_sample_is_that_of_all():
    alone = of_sample(found(), 1)
    np.testing.assert_allclose(alone.scale_share, found().scale_share[1:2])
    np.testing.assert_allclose(alone.mosaic()[0], found().mosaic()[1])


def test_each_band_of_a_mosaic_has_its_own_scale():
    """Of 4 coefficients 99 % lie below 0.97 of the way from the second largest to the largest."""
    alone = of_sample(found(), 1)
    shares = mosaic_shares(alone)
    assert shares.shape == (8, 8)
    corner, band = shares[:2, :2], np.sort(alone.coeffs[0][0].ravel())
    end = band[2] + 0.97 * (band[3] - band[2])
    np.testing.assert_allclose(np.sort(corner.ravel()), [*band[:3] / end, 1], rtol=1e-6)
    assert shares[4:, 4:].max() == 1


def test_all_coefficients_give_the_picture_from_its_darkest_to_its_brightest():
    whole = sufficient_picture(of_sample(found(), 2), 1.0)
    own = INPUTS[2].astype(np.float32)
    expected = 255 * (own - own.min()) / (own.max() - own.min())
    np.testing.assert_allclose(whole, np.moveaxis(expected, 0, -1), atol=0.51)
    none = sufficient_picture(of_sample(found(), 2), 0.0)
    assert len(np.unique(none)) == 1


def test_one_channel_is_grey_and_an_even_picture_is_drawn():
    grey = of_sample(wavelet_attribution(GRADIENT[:, :1], INPUTS[:, :1], level=1), 0)
    picture = sufficient_picture(grey, 0.5)
    assert picture.shape == (8, 8, 3)
    assert (picture[..., 0] == picture[..., 2]).all()
    even = of_sample(wavelet_attribution(GRADIENT, np.ones_like(INPUTS), level=1), 0)
    assert sufficient_picture(even, 1.0).shape == (8, 8, 3)
    silent = of_sample(wavelet_attribution(np.zeros_like(GRADIENT), level=1), 0)
    assert mosaic_shares(silent).max() == 0
