from __future__ import annotations

import numpy as np
import pytest

from shiftscope.explain.attribution.numbers import map_numbers as numbers


@pytest.mark.parametrize(("size", "spread"), [((8, 8), 0.40505), ((32, 48), 0.40810)])
def test_a_uniform_map_lies_in_the_middle_and_covers_all(size, spread):
    maps = np.full((1, *size), 3.0)
    np.testing.assert_allclose([numbers.map_row(maps), numbers.map_column(maps)], 0.5)
    np.testing.assert_allclose(numbers.map_spread(maps), spread, atol=1e-5)
    np.testing.assert_allclose(numbers.map_area(maps), 1)


def test_a_single_pixel_lies_where_it_is():
    maps = np.zeros((1, 4, 10))
    maps[0, 3, 2] = 7
    assert numbers.map_row(maps) == 3.5 / 4
    assert numbers.map_column(maps) == 2.5 / 10
    assert numbers.map_spread(maps) == 0
    np.testing.assert_allclose(numbers.map_area(maps), 1 / 40)


def test_a_map_on_the_mask_alone_has_share_one_and_a_random_one_enrichment_one():
    mask = np.zeros((32, 32), bool)
    mask[:8, :8] = True
    np.testing.assert_array_equal(numbers.on_mask_share(mask[None] * 2.0, mask), [1])
    np.testing.assert_allclose(numbers.on_mask_enrichment(mask[None] * 2.0, mask), 16)
    random = np.abs(np.random.default_rng(0).normal(size=(400, 32, 32)))
    assert numbers.on_mask_enrichment(random, mask).mean() == pytest.approx(1, abs=3 * 0.094 / 20)


def test_an_empty_or_full_mask_enriches_nothing():
    for mask in (np.zeros((4, 4), bool), np.ones((4, 4), bool)):
        assert np.isnan(numbers.on_mask_enrichment(np.ones((2, 4, 4)), mask)).all()


SIMILARITIES = [numbers.structural_similarity, numbers.map_correlation, numbers.top_overlap]


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_a_map_is_like_itself_and_its_double(similarity):
    maps = np.random.default_rng(0).random((3, 20, 24))
    np.testing.assert_allclose(similarity(maps, 2 * maps), 1, atol=1e-12)


def test_independent_maps_are_as_alike_as_chance_has_it():
    ours, theirs = np.random.default_rng(0).random((2, 100, 40, 40))
    assert numbers.map_correlation(ours, theirs).mean() == pytest.approx(0, abs=3 / 40 / 10)
    assert numbers.top_overlap(ours, theirs).mean() == pytest.approx(0.0256, abs=0.006)


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_a_silent_map_is_like_nothing(similarity):
    maps = np.random.default_rng(0).random((2, 12, 12))
    assert np.isnan(similarity(maps * [[[1]], [[0]]], maps)).tolist() == [False, True]


def test_a_silent_map_has_no_numbers():
    silent = np.zeros((1, 3, 3))
    for number in (numbers.map_row, numbers.map_column, numbers.map_spread, numbers.map_area):
        assert np.isnan(number(silent)).all()


def test_the_coarse_share_is_that_of_the_last_two_levels():
    shares = np.array([[1, 0, 0, 0], [0, 0, 0, 1], [0.25, 0.25, 0.25, 0.25]])
    np.testing.assert_array_equal(numbers.coarse_share(shares), [0, 1, 0.5])
