"""How often twins are told apart that no shift moved, and how often those that one did."""

import numpy as np
import pytest

from shiftscope.scores.rate_change import rate_change
from shiftscope.scores.shift_auroc import shift_auroc
from shiftscope.scores.twin_auroc import twin_auroc
from shiftscope.scores.twin_change import twin_change
from shiftscope.scores.twin_increase import twin_increase
from shiftscope.scores.twin_rate_change import twin_rate_change
from shiftscope.statistics.clusters import Clusters
from shiftscope.statistics.empirical_cdf import empirical_cdfs

LEVEL = 0.05


def twins(rng, n, units, effect=0.0, correlation=0.9, threshold=0.0):
    """Responses to an image and its twin, alike but for noise, rectified above a threshold."""
    shared = rng.normal(0, np.sqrt(correlation), (n, units))
    own = [shared + rng.normal(0, np.sqrt(1 - correlation), (n, units)) for _ in range(2)]
    return [np.maximum(side - threshold, 0) for side in (own[0] + effect, own[1])]


def discovered(shifted, reference, clusters=None):
    """The share of units that each test calls different."""
    clusters = clusters or Clusters.single(len(shifted))
    steps = empirical_cdfs(shifted, reference)
    p = {
        "change": twin_change(shifted, reference, clusters).p,
        "auroc": twin_auroc(shifted, reference, clusters, steps).p,
        "increase": twin_increase(shifted, reference, clusters).p,
        "rate": twin_rate_change(shifted, reference, clusters).p,
        "apart": shift_auroc(shifted, reference, steps).p,
        "rates apart": rate_change(shifted, reference).p,
    }
    return {name: np.mean(values < LEVEL) for name, values in p.items()}


def most(units):
    """The level and three standard errors of a share of so many units."""
    return LEVEL + 3 * np.sqrt(LEVEL * (1 - LEVEL) / units)


@pytest.mark.parametrize(
    ("n", "threshold", "units"),
    [
        (30, 0.0, 200),
        pytest.param(30, 0.0, 2000, marks=pytest.mark.slow),
        pytest.param(100, 0.0, 2000, marks=pytest.mark.slow),
        pytest.param(400, 2.05, 2000, marks=pytest.mark.slow),  # fires on 2 %
    ],
)
def test_twins_that_no_shift_moved_are_told_apart_as_often_as_the_level_says(n, threshold, units):
    shares = discovered(*twins(np.random.default_rng(n), n, units, threshold=threshold))
    assert max(shares.values()) <= most(units)


@pytest.mark.parametrize("units", [300, pytest.param(2000, marks=pytest.mark.slow)])
def test_pairing_finds_what_two_sets_cannot_tell(units):
    shares = discovered(*twins(np.random.default_rng(1), 100, units, effect=0.1))
    error = 3 * np.sqrt(0.37 * 0.63 / units)
    assert shares["change"] == pytest.approx(0.37, abs=error + 0.02)
    assert shares["auroc"] == pytest.approx(0.34, abs=error + 0.02)
    assert shares["increase"] == pytest.approx(0.25, abs=error + 0.02)
    assert shares["rate"] == pytest.approx(0.12, abs=error + 0.02)
    assert shares["apart"] <= 0.02
    assert shares["rates apart"] <= 0.03


@pytest.mark.slow
def test_pairing_loses_nothing_where_twins_have_nothing_in_common():
    shares = discovered(*twins(np.random.default_rng(2), 400, 2000, effect=0.15, correlation=0.0))
    assert shares["auroc"] == pytest.approx(shares["apart"], abs=0.05)


@pytest.mark.parametrize("units", [200, pytest.param(2000, marks=pytest.mark.slow)])
def test_five_twins_of_one_original_are_no_five_samples(units):
    rng = np.random.default_rng(3)
    reference = rng.normal(0, 1, (60, units))
    moved = rng.normal(0, 0.5, (60, units))  # by the image, the same for all five
    shifted = [reference + moved + rng.normal(0, 0.3, moved.shape) for _ in range(5)]
    both = [np.stack(each, axis=1).reshape(300, units) for each in (shifted, [reference] * 5)]
    told = discovered(*both, Clusters.of(np.repeat(np.arange(60), 5)))
    assert told["change"] <= most(units)
    assert discovered(*both)["change"] > 0.2
