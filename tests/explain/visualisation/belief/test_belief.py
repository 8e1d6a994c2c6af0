"""How much to believe: the numbers of natural samples are where they belong, and what is said of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import shiftscope as ss
from shiftscope.demo import DigitNet, weights_of
from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.faithfulness.randomised import with_randomised_weights
from shiftscope.explain.visualisation.belief import measured
from shiftscope.explain.visualisation.belief.belief import CHANGES, COLUMNS, Belief
from shiftscope.explain.visualisation.belief.measured import natural_samples
from shiftscope.explain.visualisation.way.activations import Place, activations, places_before
from shiftscope.model.target import Logit, Neuron
from shiftscope.statistics.split import fit_half

NOTHING = float("nan")


def believed(path, kept=(0.2, 0.9, 0.5, 0.1), layers=("one", "two", "three")) -> Belief:
    columns, rows = len(COLUMNS), len(layers)
    shares = np.full((len(CHANGES), columns), NOTHING)
    shares[:, 0] = kept
    similar = np.full((rows, columns), NOTHING)
    similar[:, 0] = path
    ends = np.full(rows, NOTHING)
    return Belief(np.full(columns, 0.5), shares, similar, ends, ends, tuple(layers), 0.1, NOTHING)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ((0.9, 1.1, 1), "process it as they process the unit's strongest images;"),
        ((-1, 0.9, 1), "as the unit's strongest images at two, three, but not at one;"),
        ((1, 1, 0.3), "at one, two, but not at three;"),
        (
            (0.25, NOTHING, 0.5),
            "strongest images: similarity 0.5 at three, where those have – and random images –;",
        ),
        ((1, -2, NOTHING), "at one, but not at two;"),
        ((NOTHING,) * 3, "or too few;"),
    ],
)
def test_the_path_in_words(path, told):
    assert told in believed(path).in_words()


def test_shares_in_words_and_in_the_table():
    belief = believed((0.5, NOTHING, 1.5))
    assert (
        "; of the response 20 % without colour and 50 % without what is finer than 8 pixels is left; with"
        in belief.in_words()
    )
    assert "colour" not in believed((1, 1, 1), kept=(NOTHING, 0.9, 0.5, 0.1)).in_words()
    assert belief.similarity[0] == 1.0  # of the two that there are
    rows = dict(belief.rows())
    assert rows["path similarity at two"] == ["–"] * len(COLUMNS)
    assert all(len(cells) == len(COLUMNS) for cells in rows.values())
    assert belief.numbers()["path"]["two"][0] is None


def test_natural_samples_are_the_strongest_of_each_half(recorded, monkeypatch):
    responses = recorded["lab"].unit_responses("hidden", 3).astype(np.float64)
    found = natural_samples(recorded, responses, [0])
    half = fit_half(recorded["lab"].samples.column("id").to_pylist())
    for own, others, side in ((found.own, found.others, half), (found.strongest, found.random, ~half)):
        assert side[own + others].all()
        assert not set(own) & set(others)
        assert responses[own].min() >= responses[np.setdiff1d(np.flatnonzero(side), own)].max()
    monkeypatch.setattr(measured, "HELD_OUT", 2)
    left_out = np.sort(responses[~half])[::-1][: min(measured.OWN, (~half).sum() // 3)]
    for seed in range(20):
        drawn = natural_samples(recorded, responses, [seed])
        assert len(drawn.strongest) == 2 < len(left_out)
        assert responses[drawn.random].max() <= left_out.min()  # as many are left out as of the other half
    with pytest.raises(BadRequest, match="2 are needed"):
        natural_samples(recorded, np.full(len(responses), np.nan), [0])


def test_activations_are_those_of_the_layers_before(recorded, net, made):
    from shiftscope.explain.attribution.study_functions import function_of_study

    live = recorded.live(net, data={"lab": made()})
    inputs = made().inputs[:3]
    layers = list(recorded.layers.values())
    function = function_of_study(live, [Neuron("hidden", 3)])
    function.rows = 2
    with function.held():
        places = places_before(function, inputs, layers, "hidden")
        (found,) = activations(function, inputs, places, seed=0)
        without = places_before(function, inputs, [], "hidden")
    assert [place.name for place in places] == ["conv"]
    with torch.no_grad():  # the activation behind it works in place, on what was read already
        expected = net.eval().conv(inputs).flatten(1)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert [place.module for place in without] == ["conv", "act"]
    answer = function_of_study(live, [Logit(1)])
    with answer.held():
        assert places_before(answer, inputs, [], "")[-1] == Place("dropout", "dropout")


def test_a_randomised_copy_leaves_the_model_and_what_lies_behind_alone(net, made):
    before = {name: weight.clone() for name, weight in net.state_dict().items()}
    copy = with_randomised_weights(net, made().inputs[:2], until="hidden")
    for name, weight in net.state_dict().items():
        assert torch.equal(weight, before[name])
        kept = torch.equal(copy.state_dict()[name], weight)
        assert kept == name.startswith("head"), name


@pytest.mark.slow
def test_natural_samples_of_the_digits_are_on_their_path_and_others_are_not(demo_study, tmp_path):
    import shutil

    path = shutil.copytree(demo_study, tmp_path / "demo.study")
    net = DigitNet()
    net.load_state_dict(load_file(weights_of(demo_study)))
    study = ss.open_study(path)
    live = [
        unit
        for unit in range(study.layer("hidden").units)
        if np.median(study[study.reference].unit_responses("hidden", unit)) > 0
    ]
    options = {"steps": 1, "crops": 1, "range": (0.0, 1.0), "believe": True, "progress": False}
    found = study.visualise("hidden", live[:5], model=net, **options)
    similar = np.median([each.belief.similarity for each in found], axis=0)
    assert 0.8 < similar[COLUMNS.index("strongest samples")] < 1.2
    assert -0.25 < similar[COLUMNS.index("random samples")] < 0.25
