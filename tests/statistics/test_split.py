import numpy as np
import pytest

from shiftscope.statistics.split import order_of, split

IDS = [f"image {i}" for i in range(1000)]


def test_an_image_is_in_the_same_part_in_whatever_set_and_order():
    whole = dict(zip(IDS, split(IDS, 2, seed=1), strict=True))
    some = [IDS[i] for i in np.random.default_rng(0).permutation(1000)[:300]]
    assert [whole[name] for name in some] == split(some, 2, seed=1).tolist()


@pytest.mark.parametrize("count", [2, 5])
def test_parts_are_of_equal_size_up_to_chance(count):
    sizes = np.bincount(split(IDS, count, seed=0), minlength=count)
    error = np.sqrt(1000 * (1 / count) * (1 - 1 / count))
    assert (abs(sizes - 1000 / count) < 4 * error).all()


def test_halves_folds_and_places_are_independent():
    halves, folds = split(IDS, 2, seed=0), split(IDS, 5, seed=0)
    first = np.argsort(order_of(IDS, seed=0))[:500]
    for fold in range(5):
        assert 0.35 < halves[folds == fold].mean() < 0.65
    assert 0.4 < halves[first].mean() < 0.6


def test_the_seed_decides_the_parts():
    one, same, other = (split(IDS, 2, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert 0.4 < np.mean(one == other) < 0.6


def test_no_ids_are_in_no_part():
    assert len(split([], 2, seed=0)) == 0
