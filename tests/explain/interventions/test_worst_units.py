import numpy as np
import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.interventions import worst_units as worst
from shiftscope.explain.interventions.worst_units import worst_units
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.estimation.stored_estimates import stored_estimates


@pytest.mark.parametrize("by", ["wasserstein", "blame"])
def test_the_largest_values_come_first(recorded, by):
    values = stored_estimates(recorded, "field", "lab", "hidden")[by].value
    expected = sorted((u for u in range(10) if values[u] > 0), key=lambda u: -values[u])
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
        (
            {"by": "colour"},
            BadRequest,
            "nothing that ranks units is named 'colour'.* There are: repairs, activation",
        ),
        ({"by": "repair"}, BadRequest, "closest: 'repairs'"),
        ({"how_many": 0}, BadRequest, "at least 1"),
        ({"dataset": "fielt"}, NotInStudy, "no dataset 'fielt' in this study; closest: 'field'"),
        ({"layer": "conv", "by": "blame"}, BadRequest, "no unit of 'conv' has a blame above 0 for 'field'"),
        ({"layer": "convv"}, NotInStudy, "no layer 'convv'"),
        ({"layer": "conv", "by": "repairs"}, BadRequest, "^only hidden feeds the linear head"),
        ({"dataset": "lab", "by": "repairs", "how_many": 0}, BadRequest, "at least 1"),
    ],
)
def test_what_cannot_be_chosen_is_refused(recorded, options, error, message):
    asked = {"how_many": 2, "by": "novelty", "layer": "hidden", "dataset": "field", **options}
    with pytest.raises(error, match=message):
        worst_units(recorded, **asked)


def test_what_sampling_alone_gives_makes_no_unit_the_worst(recorded, monkeypatch):
    values = np.array([0.9, 0.8, 0.7, 0.1, 0.6, 0.5, 0.4, np.nan, 0.3, 0.2])
    floor = np.array([0.9, 0.5, 0.6, 0.0, 0.7, np.nan, 0.1, np.nan, 0.1, 0.1])
    flat_p = np.array([0.9, 0.0, 0.1, 0.0, 0.0, np.nan, 0.0, np.nan, 0.0, 0.0])
    estimate = Estimate(values, values, values, floor=floor, flat_p=flat_p)
    monkeypatch.setattr(worst, "stored_estimates", lambda *names: {"spurious": estimate})
    assert worst_units(recorded, 3, "spurious", layer="hidden") == (1, 5, 6)


def test_by_repairs_those_come_first_whose_silence_turns_most_more_answers_right_than_wrong(recorded):
    recording, weight = recorded["field"], recorded.head.weight.astype(float)
    responses, labels = recording.responses("hidden").astype(float), recording.samples.labels
    logits, known = recording.logits_of().astype(float), labels >= 0
    usual = logits.argmax(axis=1) == labels
    net = {}
    for unit in range(10):
        right = (logits - responses[:, [unit]] * weight[:, unit]).argmax(axis=1) == labels
        net[unit] = int((right & ~usual & known).sum()) - int((usual & ~right & known).sum())
    expected = sorted((u for u in net if net[u] > 0), key=lambda u: (-net[u], u))
    assert expected
    assert worst_units(recorded, 10, "repairs", layer="hidden") == tuple(expected)
    assert worst_units(recorded, 1, "repairs", layer="hidden") == tuple(expected[:1])


def test_several_shifted_sets_need_a_name(recorded, made):
    recorded.record(made(seed=4), "night", progress=False)
    with pytest.raises(
        BadRequest, match=r"2 shifted sets \(field, night\); give dataset=... to say under which"
    ):
        worst_units(recorded, 2, "novelty", layer="hidden")


def test_units_that_do_not_change_or_argue_for_right_answers_are_not_the_worst(recorded, monkeypatch):
    values = np.array([0, -1, 0.5, 0, 0, 0, 0, 0, 0, 0])
    monkeypatch.setattr(worst, "stored_estimates", lambda *names: {"blame": Estimate(values, values, values)})
    assert worst_units(recorded, 5, "blame", layer="hidden") == (2,)
    monkeypatch.setattr(
        worst, "stored_estimates", lambda *n: {"blame": Estimate(-abs(values), values, values)}
    )
    with pytest.raises(BadRequest, match="no unit of 'hidden' has a blame above 0"):
        worst_units(recorded, 5, "blame", layer="hidden")
