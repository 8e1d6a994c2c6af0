"""Figures of pictures: distances by hand, and the table of two methods over two units."""

from __future__ import annotations

import numpy as np
import pytest

from shiftscope.errors import BadRequest, ShapeError
from shiftscope.explain.attribution.numbers.spectra import high_frequency_share
from shiftscope.explain.visualisation.figures.figures import (
    FRECHET,
    MEASURES,
    NATURAL,
    Figures,
    median_and_interval,
)
from shiftscope.explain.visualisation.figures.frechet import frechet_distance, frechet_interval
from shiftscope.explain.visualisation.figures.live_figures import figures_of
from shiftscope.explain.visualisation.figures.plausibility import nearest_distance
from shiftscope.statistics.split import fit_half

RANGE = (-8.0, 8.0)


def of_covariances(ours, theirs):
    """The same from eigenvalues of the product of both covariances."""
    one, other = (np.cov(each, rowvar=False) for each in (ours, theirs))
    roots = np.sqrt(np.clip(np.linalg.eigvals(one @ other).real, 0, None))
    means = ours.mean(0) - theirs.mean(0)
    return means @ means + np.trace(one) + np.trace(other) - 2 * roots.sum()


def test_frechet_distances_by_hand():
    # Means 1 and 5, variances 2 and 8: 16 + 2 + 8 - 2 * 4.
    assert frechet_distance(np.array([[0.0], [2]]), np.array([[3.0], [7]])) == pytest.approx(18)
    rng = np.random.default_rng(0)
    ours, theirs = rng.normal(size=(40, 5)), rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5)) + 1
    assert frechet_distance(ours, ours[::-1]) == pytest.approx(0, abs=1e-12)
    assert frechet_distance(ours, theirs) == pytest.approx(of_covariances(ours, theirs))


def test_fewer_pictures_than_units_have_a_distance_too():
    rng = np.random.default_rng(1)
    ours, theirs = rng.normal(size=(4, 9)), rng.normal(size=(30, 9))
    assert frechet_distance(ours, theirs) == pytest.approx(of_covariances(ours, theirs), rel=1e-6)


def test_the_interval_of_a_frechet_distance_by_hand():
    # From a point at 0 it is m² + s²: 2, and without one of the three pictures 2.75, 3 and 0.75.
    error = np.sqrt(2 / 3 * np.var([2.75, 3, 0.75]) * 3)
    low, high = frechet_interval(np.array([[0.0], [1], [2]]), np.zeros((2, 1)))
    assert low == 0
    assert high == pytest.approx(2 + 1.96 * error, abs=1e-4)
    assert np.isnan(frechet_interval(np.zeros((2, 1)), np.zeros((2, 1)))).all()


def test_distances_to_the_nearest_by_hand():
    found = nearest_distance(np.array([[0.0, 0], [3, 4]]), np.array([[0.0, 1], [3, 0]]))
    np.testing.assert_allclose(found, [1, 4])


def test_sets_that_cannot_be_compared_are_refused():
    two, three = np.zeros((2, 2)), np.zeros((2, 3))
    for compare in (frechet_distance, nearest_distance):
        with pytest.raises(ShapeError, match="2 and of 3 units"):
            compare(two, three)
    with pytest.raises(BadRequest, match="2 of each"):
        frechet_distance(two[:1], two)
    with pytest.raises(BadRequest, match="no natural image"):
        nearest_distance(two, two[:0])


def test_cells_are_medians_with_their_intervals_and_how_many_have_a_number():
    assert median_and_interval(np.array([1.0, 5, 3, np.nan]))[0] == 3
    assert median_and_interval(np.full(4, 2.0)) == (2, 2, 2)
    values = np.full((len(MEASURES), 2), 0.5)
    values[1] = 2, np.nan
    values[2] = np.nan
    nothing = float("nan")
    head, cells = Figures(("a:1", "a:2"), {"one": values}, {"one": (7.0, nothing, nothing)}, "b").rows()
    assert head == ["", *MEASURES, FRECHET]
    half = "0.5 (0.5 to 0.5)"
    assert cells == ["one", half, "2 (2 to 2), 1 units", "–", half, half, "7"]


def test_pictures_are_measured_beside_the_strongest_held_out_image(recorded, net, made):
    data = {"lab": made()}
    asked = {"steps": 2, "crops": 1, "range": RANGE, "progress": False, "data": data}
    drawn = {
        method: dict(zip((3, 5), recorded.visualise("hidden", [3, 5], method=method, **asked), strict=True))
        for method in ("maco", "activation_maximisation")
    }
    live = recorded.live(net, data=data)
    found = figures_of(live, "hidden", drawn, features="conv", second=net)
    assert list(found.values) == ["maco", "activation_maximisation", NATURAL]
    by_measure = dict(zip(MEASURES, found.values["maco"], strict=True))
    reached = [drawn["maco"][unit].reached.quantile for unit in (3, 5)]
    np.testing.assert_allclose(by_measure["response, quantile"], reached)
    np.testing.assert_allclose(by_measure["transfer, quantile"], reached)  # to the network itself

    half = fit_half(recorded["lab"].samples.column("id").to_pylist())
    best = [
        int(np.flatnonzero(~half)[recorded["lab"].unit_responses("hidden", unit)[~half].argmax()])
        for unit in (3, 5)
    ]
    stored = recorded["lab"].responses("conv").astype(np.float64)
    nearest = [np.linalg.norm(stored[half] - stored[place], axis=1).min() for place in best]
    natural = dict(zip(MEASURES, found.values[NATURAL], strict=True))
    np.testing.assert_allclose(natural["distance to the nearest image"], nearest, rtol=1e-2)
    share = high_frequency_share(data["lab"].inputs[best].numpy(), channels=True)
    np.testing.assert_allclose(natural["high-frequency share"], share, rtol=1e-4)
    assert found.frechet[NATURAL][0] == pytest.approx(frechet_distance(stored[best], stored[half]), rel=1e-2)

    with pytest.raises(BadRequest, match="pictures of the same units"):
        figures_of(live, "hidden", {"maco": drawn["maco"], "none": {}}, features="conv")
