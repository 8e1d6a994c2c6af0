"""Kept shares: units whose answer is known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from shiftscope.explain.visualisation.belief.kept_shares import kept_share, without_colour, without_detail


def share_of(weights: np.ndarray, picture: np.ndarray, changed: np.ndarray) -> float:
    return float(kept_share((weights * changed).sum(), (weights * picture).sum(), 0.0))


def test_a_unit_of_luminance_keeps_all_without_colour_and_one_of_red_against_green_nothing():
    picture = np.random.default_rng(0).random((3, 8, 8))
    grey, red_against_green = np.ones((3, 1, 1)), np.array([1.0, -1, 0])[:, None, None]
    assert share_of(grey, picture, without_colour(picture)) == pytest.approx(1)
    assert share_of(red_against_green, np.array([1.0, 0, 0])[:, None, None] + 0 * picture, 0 * picture) == 0
    reddish = picture + np.array([1.0, 0, 0])[:, None, None]
    assert share_of(red_against_green, reddish, without_colour(reddish)) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("cutoff", "kept"), [(4, 1), (3, 1), (2.9, 0), (1, 0)])
def test_a_wave_of_three_cycles_is_kept_from_three_cycles_on(cutoff, kept):
    wave = np.tile(np.cos(2 * np.pi * 3 * np.arange(32) / 32), (1, 32, 1))
    assert share_of(wave, wave, without_detail(wave, cutoff / 32)) == pytest.approx(kept, abs=1e-6)


def test_a_response_that_does_not_exceed_the_median_has_no_share():
    np.testing.assert_array_equal(kept_share([1.0, 2.0, 3.0], [1.0, 2.0, 4.0], 2.0), [np.nan, np.nan, 0.5])
