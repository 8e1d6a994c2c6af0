import numpy as np
import pytest

from shiftscope.explain.interventions.parts import stratified_parts


def made(samples, categories, seed=0):
    rng = np.random.default_rng(seed)
    return [f"image {i}" for i in range(samples)], rng.integers(0, categories, samples)


@pytest.mark.parametrize(("samples", "categories", "count"), [(100, 4, 2), (37, 5, 5), (300, 150, 2)])
def test_each_label_is_dealt_out_evenly_to_within_one(samples, categories, count):
    ids, labels = made(samples, categories)
    parts = stratified_parts(ids, labels, count, seed=0)
    for category in range(categories):
        sizes = np.bincount(parts[labels == category], minlength=count)
        assert sizes.max() - sizes.min() <= 1
    assert set(parts) == set(range(count))


def test_single_samples_of_many_categories_do_not_all_go_to_one_part():
    parts = stratified_parts([str(i) for i in range(100)], np.arange(100), 2, seed=0)
    assert parts.sum() == 50


def test_the_same_images_are_in_the_same_part_in_any_order():
    ids, labels = made(80, 3)
    parts = stratified_parts(ids, labels, 2, seed=1)
    order = np.random.default_rng(5).permutation(80)
    again = stratified_parts([ids[i] for i in order], labels[order], 2, seed=1)
    np.testing.assert_array_equal(again, parts[order])


def test_the_seed_decides_the_parts():
    ids, labels = made(200, 2)
    one, same, other = (stratified_parts(ids, labels, 2, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert 0.3 < np.mean(one == other) < 0.7
