from __future__ import annotations

import numpy as np
import pytest

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.low_pass.low_pass import (
    corner,
    default_cutoff,
    fitted_cutoff,
    low_passed,
    search_grid,
)

SIZES = [(32, 32), (33, 33), (40, 57)]


def low_and_checkerboard(rows, columns):
    r, c = np.mgrid[:rows, :columns]
    low = np.cos(2 * np.pi * 3 * r / rows) * np.cos(2 * np.pi * 2 * c / columns)
    return low, (-1.0) ** (r + c)


def test_a_checkerboard_goes_and_slow_waves_stay():
    low, checkerboard = low_and_checkerboard(32, 32)
    np.testing.assert_allclose(low_passed(low + checkerboard, 10), low, atol=1e-12)


@pytest.mark.parametrize("size", SIZES)
def test_filtering_twice_is_filtering_once_and_the_corner_keeps_all(size):
    maps = np.random.default_rng(0).normal(size=(2, *size))
    once = low_passed(maps, 8)
    np.testing.assert_allclose(low_passed(once, 8), once, atol=1e-12)
    np.testing.assert_allclose(low_passed(maps, corner(size)), maps, atol=1e-12)
    np.testing.assert_allclose(
        low_passed(maps, 0.1), np.broadcast_to(maps.mean((1, 2), keepdims=True), maps.shape), atol=1e-12
    )


@pytest.mark.parametrize("filter", ["gaussian", "butterworth"])
def test_soft_filters_leave_their_known_share_at_the_cutoff(filter):
    wave = np.cos(2 * np.pi * 4 * np.arange(32) / 32) * np.ones((32, 1))
    left = {"gaussian": np.exp(-0.5), "butterworth": np.sqrt(0.5)}[filter]
    np.testing.assert_allclose(low_passed(wave, 4, filter=filter), left * wave, atol=1e-12)


def test_defaults_follow_the_size():
    assert default_cutoff((224, 224)) == 15
    assert default_cutoff((32, 48)) == 3
    assert default_cutoff((448, 900)) == 30
    assert corner((224, 224)) == pytest.approx(224 * np.sqrt(0.5))
    np.testing.assert_array_equal(search_grid((224, 224)), np.round(np.geomspace(2, 224 * np.sqrt(0.5), 12)))


@pytest.mark.parametrize("cutoff", [0, -1, 23])
def test_a_cutoff_out_of_range_names_the_corner(cutoff):
    with pytest.raises(BadRequest, match=r"at most 22.63 cycles per image"):
        low_passed(np.ones((32, 32)), cutoff)


def test_the_fitted_cutoff_is_the_most_faithful_one():
    low, checkerboard = low_and_checkerboard(32, 32)
    maps = np.stack([low + checkerboard, low + 2 * checkerboard, np.full((32, 32), np.nan)])

    def closeness(filtered):
        return -np.abs(filtered - np.abs(low)).sum(axis=(1, 2))

    fitted = fitted_cutoff(maps, closeness, [2, 4, corner((32, 32))])
    assert fitted.cutoff == 4
    assert fitted.faithfulness.shape == (3, 3)
    with pytest.raises(BadRequest, match="nothing to fit"):
        fitted_cutoff(maps[2:], closeness)
