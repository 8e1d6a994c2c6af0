"""Distances by tiles of products against those by differences, and SciPy's.

In single precision a product of vectors x and y is off by a few u = 6e-8 times |x||y|, so the square of a distance by a
few u of |x|² + |y|². That is at most 1/NEAR = 256 times the square itself, else it is computed from the differences: a
single distance is right to a few 256 u / 2 = 8e-6 of itself, usually to 1e-7. Subtracting the mean rounds each number
by u of it, which is 2e-5 of a distance that is 2^-12 of the samples' own, spread over 50 features.
"""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from shiftscope.errors import ShapeError
from shiftscope.explain.paths.measures.distances import distances

SAMPLES = np.array([0, 7, 1, 12, 0, 3, 1, 0])
TYPES = [(np.float16, 2e-7), (np.float32, 2e-7), (np.float64, 1e-14)]


def made(kind=np.float64, seed=0):
    return np.maximum(np.random.default_rng(seed).normal(size=(SAMPLES.sum(), 20)) + 0.5, 0).astype(kind)


def of_pairs(vectors, samples):
    """(category, category) sums, pair by pair of categories."""
    groups = np.split(vectors.astype(np.float64), np.cumsum(samples)[:-1])
    return np.array([[cdist(a, b).sum() for b in groups] for a in groups])


@pytest.mark.parametrize(("kind", "tolerance"), TYPES)
@pytest.mark.parametrize("at_once", [1, 5, 1024])
def test_the_sums_are_those_over_all_pairs(kind, tolerance, at_once, monkeypatch):
    monkeypatch.setattr("shiftscope.explain.paths.measures.distances.AT_ONCE", at_once)
    vectors = made(kind)
    found = distances(vectors, SAMPLES)
    np.testing.assert_allclose(found.sums, of_pairs(vectors, SAMPLES), rtol=tolerance)
    np.testing.assert_array_equal(found.sums, found.sums.T)


def test_means_and_energy_by_hand():
    # Category 0 at 0 and 2, category 1 at 5 and 9, category 2 at 2 alone, category 3 without samples.
    found = distances(np.array([[0.0], [2], [5], [9], [2]]), np.array([2, 2, 1, 0]))
    nan = np.nan
    means = [[2, 6, 1, nan], [6, 4, 5, nan], [1, 5, nan, nan], [nan] * 4]
    np.testing.assert_allclose(found.means, means, rtol=1e-14)
    np.testing.assert_allclose(
        found.energy, [[0, 6, nan, nan], [6, 0, nan, nan], [nan] * 4, [nan] * 4], rtol=1e-14
    )


@pytest.mark.parametrize(("kind", "tolerance"), TYPES)
def test_near_samples_far_from_zero_are_not_lost(kind, tolerance):
    rng = np.random.default_rng(0)
    places = rng.choice([-100.0, 100], size=(4, 20)).repeat(5, axis=0)
    vectors = (places + rng.integers(-1, 2, size=places.shape) / 8).astype(kind)
    alone = np.ones(len(vectors), int)
    found = distances(vectors, alone)
    expected = of_pairs(vectors, alone)
    assert expected[0, 1] < 2 < 100 < expected[0, 5]
    np.testing.assert_allclose(found.sums, expected, rtol=tolerance, atol=1e-12)


@pytest.mark.parametrize(("kind", "tolerance"), [(np.float32, 5e-5), (np.float64, 5e-5 * 2.0**-29)])
@pytest.mark.parametrize("exponent", range(-12, 0, 2))
def test_every_single_distance_keeps_its_precision(kind, tolerance, exponent):
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(2, 50)).repeat(8, axis=0)
    vectors = (vectors + 2.0**exponent * rng.normal(size=vectors.shape)).astype(kind)
    alone = np.ones(len(vectors), int)
    np.testing.assert_allclose(
        distances(vectors, alone).sums, of_pairs(vectors, alone), rtol=tolerance, atol=1e-12
    )


@pytest.mark.parametrize(("kind", "tolerance"), TYPES)
def test_copies_of_one_sample_are_at_distance_zero(kind, tolerance):
    vectors = np.concatenate([made(kind)[:1].repeat(6, axis=0), made(kind)[1:7]])
    found = distances(vectors, np.array([6, 6]))
    assert abs(found.sums[0, 0]) < 1e-12
    np.testing.assert_allclose(found.sums, of_pairs(vectors, np.array([6, 6])), rtol=tolerance, atol=1e-12)


@pytest.mark.parametrize("size", [1e-35, 1e30])
def test_very_large_and_very_small_responses_have_distances(size):
    vectors = (made() * size).astype(np.float32)
    np.testing.assert_allclose(distances(vectors, SAMPLES).sums, of_pairs(vectors, SAMPLES), rtol=3e-7)


def test_categories_put_together_have_the_sums_of_their_parts():
    vectors = made()
    groups = [0, 2, 3, 5, 7, 8]
    apart, together = distances(vectors, SAMPLES), distances(vectors, np.add.reduceat(SAMPLES, groups[:-1]))
    expected = np.add.reduceat(np.add.reduceat(apart.sums, groups[:-1], axis=0), groups[:-1], axis=1)
    np.testing.assert_allclose(together.sums, expected)


def test_the_sums_are_the_same_whatever_the_threads(monkeypatch):
    monkeypatch.setattr("shiftscope.explain.paths.measures.distances.AT_ONCE", 4)
    vectors = made(np.float32)
    alone = distances(vectors, SAMPLES).sums
    monkeypatch.setattr("shiftscope.threads.WORTH_THREADS", 0)
    np.testing.assert_array_equal(distances(vectors, SAMPLES).sums, alone)


@pytest.mark.parametrize("samples", [np.zeros(0, int), np.zeros(3, int)])
def test_nothing_to_measure_is_nan(samples):
    found = distances(np.zeros((0, 4), np.float16), samples)
    assert np.isnan(found.means).all()
    assert found.energy.shape == (len(samples),) * 2


def test_responses_without_a_number_are_not_hidden():
    vectors = np.array([[0.0], [np.nan], [1]], np.float32)
    assert np.isnan(distances(vectors, np.array([2, 1])).sums).any()


def test_other_numbers_of_samples_are_refused():
    with pytest.raises(ShapeError, match=r"vectors of shape \(24, 20\) for 5 samples"):
        distances(made(), np.array([2, 3]))
