import numpy as np
import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.interventions import worst
from shiftscope.explain.interventions.worst import worst_units
from shiftscope.scores.estimate import Estimate
from shiftscope.scores.estimates import stored_estimates


@pytest.mark.parametrize("by", ["novelty", "blame"])
def test_the_largest_values_come_first(recorded, by):
    values = stored_estimates(recorded, "field", "lab", "hidden")[by].value
    expected = sorted((u for u in range(10) if values[u] == values[u]), key=lambda u: -values[u])
    assert worst_units(recorded, 4, by, layer="hidden", dataset="field") == tuple(expected[:4])
    assert worst_units(recorded, 40, by, layer="hidden") == tuple(expected)  # only one shifted set to mean


def test_undefined_units_are_never_the_worst_and_of_equal_ones_the_first_comes_first(recorded, monkeypatch):
    values = np.array([np.nan, 1, 3, 3, np.nan, 2, np.nan, np.nan, np.nan, np.nan])
    monkeypatch.setattr(
        worst, "stored_estimates", lambda *names: {"novelty": Estimate(values, values, values)}
    )
    assert worst_units(recorded, 9, "novelty", layer="hidden") == (2, 3, 5, 1)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"by": "colour"}, BadRequest, "no score named 'colour'"),
        ({"how_many": 0}, BadRequest, "at least 1"),
        ({"dataset": "fielt"}, NotInStudy, "no dataset 'fielt' in this study; closest: 'field'"),
        ({"layer": "conv", "by": "blame"}, BadRequest, "no unit of 'conv' has a blame for 'field'"),
        ({"layer": "convv"}, NotInStudy, "no layer 'convv'"),
    ],
)
def test_what_cannot_be_chosen_is_refused(recorded, options, error, message):
    asked = {"how_many": 2, "by": "novelty", "layer": "hidden", "dataset": "field", **options}
    with pytest.raises(error, match=message):
        worst_units(recorded, **asked)


def test_several_shifted_sets_need_a_name(recorded, made):
    recorded.record(made(seed=4), "night", progress=False)
    with pytest.raises(BadRequest, match=r"2 shifted sets \(field, night\); say under which"):
        worst_units(recorded, 2, "novelty", layer="hidden")
