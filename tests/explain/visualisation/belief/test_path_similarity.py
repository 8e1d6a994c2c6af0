"""Path similarity: against a plain loop, and on images whose likeness is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from shiftscope.errors import ShapeError
from shiftscope.explain.visualisation.belief.path_similarity import path_similarity


def images(rng: np.random.Generator, count: int, *, shared: np.ndarray | float = 0.0) -> np.ndarray:
    """Activations of images that have something in common."""
    return shared + rng.normal(size=(count, 200))


def similar(pictures, own, others, resamples=0):
    return path_similarity(pictures, own, others, resamples=resamples, rng=np.random.default_rng(0))


def test_it_is_what_the_formula_says_pair_by_pair():
    rng = np.random.default_rng(1)
    base = rng.normal(size=200)
    own, others, pictures = images(rng, 4, shared=base), images(rng, 5), images(rng, 2, shared=base / 2)

    def rho(a, b):
        return spearmanr(a, b).statistic

    within = np.mean([rho(own[i], own[j]) for i in range(4) for j in range(4) if i != j])
    between = np.mean([rho(t, b) for t in own for b in others])
    expected = [
        (np.mean([rho(picture, t) for t in own]) - between) / (within - between) for picture in pictures
    ]
    found = similar(pictures, own, others)
    np.testing.assert_allclose(found.similarity, expected, atol=1e-12)
    assert (found.own_alike, found.others_alike) == pytest.approx((within, between))


def test_natural_images_of_the_unit_are_at_1_and_others_at_0():
    rng = np.random.default_rng(2)
    base = rng.normal(size=200)
    own, others = images(rng, 30, shared=base), images(rng, 60)
    assert np.median(similar(images(rng, 15, shared=base), own, others).similarity) == pytest.approx(
        1, abs=0.1
    )
    assert np.median(similar(images(rng, 15), own, others).similarity) == pytest.approx(0, abs=0.1)
    assert similar(-own[:1], own, others).similarity[0] < -0.9


def test_its_interval_covers_it_and_narrows_with_more_images():
    rng = np.random.default_rng(3)
    base = rng.normal(size=200)
    picture = images(rng, 1, shared=base)
    few = similar(picture, images(rng, 6, shared=base), images(rng, 6), 300)
    many = similar(picture, images(rng, 60, shared=base), images(rng, 60), 300)
    for found in (few, many):
        assert found.low[0] < found.similarity[0] < found.high[0]
    assert many.high[0] - many.low[0] < few.high[0] - few.low[0]


def test_without_a_path_of_its_own_there_is_none():
    rng = np.random.default_rng(4)
    found = similar(images(rng, 2), images(rng, 30), images(rng, 60), 20)
    assert found.own_alike == pytest.approx(found.others_alike, abs=0.01)
    assert np.isnan([found.similarity, found.low, found.high]).all()


def test_a_constant_image_counts_for_nothing():
    rng = np.random.default_rng(5)
    base = rng.normal(size=200)
    own, others, pictures = images(rng, 5, shared=base), images(rng, 5), images(rng, 1)
    still = np.zeros((1, 200))
    plain = similar(pictures, own, others)
    found = similar(np.r_[pictures, still], np.r_[own, still], np.r_[others, still])
    assert found.similarity[0] == pytest.approx(plain.similarity[0])
    assert np.isnan(found.similarity[1])
    assert np.isnan(similar(pictures, np.r_[own[:1], still], others).similarity).all()


def test_activations_of_two_layers_are_refused():
    with pytest.raises(ShapeError, match="entries"):
        similar(np.zeros((1, 4)), np.zeros((2, 4)), np.zeros((2, 5)))
