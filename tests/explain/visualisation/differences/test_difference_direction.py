"""The direction of a unit's shifted use: planted shifts are found, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from shiftscope.errors import BadRequest, ShapeError
from shiftscope.explain.visualisation.differences.difference_direction import (
    auroc,
    difference_direction,
    separation,
)


def planted(seed: int, shift: float, count: int, units: int = 64):
    """Fit and held-out samples of two sets whose covariance is not round, their means so many deviations apart.

    A deviation is one of the best direction there is, so that its AUROC is known.
    """
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(units, units)) / np.sqrt(units) + np.eye(units)
    towards = rng.normal(size=units)
    along = mixing @ towards / np.linalg.norm(towards)

    def drawn(moved: float) -> np.ndarray:
        return rng.normal(size=(count, units)) @ mixing.T + moved * along

    return (drawn(shift), drawn(0)), (drawn(shift), drawn(0))


def found(seed: int, shift: float, count: int = 150):
    fit, held_out = planted(seed, shift, count)
    return separation(fit, held_out, rng=np.random.default_rng(seed), resamples=100)


def test_with_two_units_the_direction_is_fishers():
    rng = np.random.default_rng(0)
    shape = np.array([[2.0, 0.6], [0.6, 1.0]])
    reference = rng.multivariate_normal([0, 0], shape, 200_000)
    shifted = rng.multivariate_normal([1, 0], shape, 200_000)
    np.testing.assert_allclose(
        difference_direction(shifted, reference), np.linalg.solve(shape, [1, 0]), atol=0.02
    )


def test_aurocs_by_hand():
    assert auroc(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 1
    assert auroc(np.array([1.0, 1.0]), np.array([1.0, 1.0])) == 0.5
    assert auroc(np.array([0.0, 2.0]), np.array([1.0])) == 0.5


def test_without_a_shift_nothing_is_found():
    every = [found(seed, 0.0) for seed in range(20)]
    assert np.mean([each.auroc for each in every]) == pytest.approx(0.5, abs=0.03)
    assert sum(each.found for each in every) <= 1


@pytest.mark.parametrize("shift", [2.0, 4.0])
def test_a_planted_shift_is_found_and_no_better_than_it_can_be(shift):
    every = [found(seed, shift) for seed in range(8)]
    best = norm.cdf(shift / np.sqrt(2))
    assert all(each.found for each in every)
    assert best - 0.1 < np.mean([each.auroc for each in every]) < best
    assert np.mean([each.placebo for each in every]) == pytest.approx(0.5, abs=0.05)


@pytest.mark.slow
def test_rates_of_findings():
    none = [found(seed, 0.0) for seed in range(200)]
    some = [found(seed, 1.5) for seed in range(50)]
    assert np.mean([each.auroc for each in none]) == pytest.approx(0.5, abs=0.02)
    assert np.mean([each.found for each in none]) <= 0.05
    assert np.mean([each.found for each in some]) >= 0.8


def test_too_few_samples_and_other_units_are_refused():
    fit, held_out = planted(0, 1.0, 29)
    with pytest.raises(BadRequest, match="29 samples of the shifted set"):
        separation(fit, held_out, rng=np.random.default_rng(0))
    with pytest.raises(ShapeError):
        difference_direction(np.zeros((3, 2)), np.zeros((3, 4)))
