"""Pictures with two sets' colours beside two halves of one set: a planted spectrum is told from chance."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

import shiftscope as ss
from shiftscope.errors import BadRequest, LayerError
from shiftscope.explain.visualisation.colour_pair import colour_pair
from shiftscope.explain.visualisation.drawing import pictures_for
from shiftscope.explain.visualisation.fit_positions import fit_positions, half_positions
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import asked_pictures, picture_key, read_picture
from shiftscope.flow.steps.asked_layer_before import asked_layer_before
from tests.conftest import Made, Net
from tests.flow.test_difference import at_size

SAMPLES = 160  # of which about 80 are fitted on, 40 a half
QUICK = {"dataset": "field", "steps": 2, "crops": 0, "range": (-8.0, 8.0), "progress": False}


def blurred(seed: int) -> Made:
    made = Made(SAMPLES, seed=seed)
    made.inputs = torch.nn.functional.avg_pool2d(made.inputs, 3, 1, 1)
    return made


DATA = {"lab": Made(SAMPLES), "field": blurred(1), "again": Made(SAMPLES, seed=2), "few": Made(30, seed=3)}


@pytest.fixture(scope="module")
def net() -> Net:
    torch.manual_seed(0)
    return Net()


@pytest.fixture(scope="module")
def study(tmp_path_factory, net):
    """To be read, and pictures to be kept in it."""
    made = ss.Study.create(tmp_path_factory.mktemp("placebo") / "x.study", net, ("a", "b", "c", "d"))
    for name, data in DATA.items():
        made.record(data, name, layers=["conv", "hidden"], progress=False)
    return made


def test_a_planted_spectrum_is_farther_than_halves_of_the_same_images(study, net):
    found = study.visualise("hidden", 3, placebo=2, data=DATA, **QUICK)
    assert found.apart.apart
    assert max(found.apart.halves) < found.apart.pair / 2
    assert found.at == "conv"
    asked = {
        (each.dataset, *((each.half, each.division) if each.half else ())): each
        for each in asked_pictures(study, "hidden", 3)
    }
    assert set(asked) == {
        ("field",),
        ("lab",),
        *(("lab", half, which) for half in (1, 2) for which in (1, 2)),
    }
    drawn = {key: read_picture(study, question) for key, question in asked.items()}
    with torch.no_grad():
        before = {key: net.conv(at_size(each)).numpy().ravel() for key, each in drawn.items()}
    pair = spearmanr(before["field",], before["lab",]).statistic
    halves = [spearmanr(before["lab", 1, each], before["lab", 2, each]).statistic for each in (1, 2)]
    assert (found.apart.pair, *found.apart.halves) == pytest.approx(
        (1 - pair, *(1 - each for each in halves))
    )
    assert found.apart.halves[0] != found.apart.halves[1]
    assert drawn["lab", 2, 1].objective == "hidden:3 with the colours of the other half of lab"
    assert drawn["lab", 1, 2].objective == "hidden:3 with the colours of one half of lab, division 2"
    assert (
        "; with the colours of the reference beside it, the two pictures differ more than" in found.in_words()
    )
    kept = ss.open_study(study.path).visualise("hidden", 3, placebo=2, **QUICK)
    assert kept.numbers() == found.numbers()
    assert found.numbers()["distance"] == found.apart.pair


def test_two_sets_of_the_same_kind_are_as_far_as_halves_are(study):
    found = study.visualise("hidden", 3, placebo=1, data=DATA, **{**QUICK, "dataset": "again"})
    planted = study.visualise("hidden", 3, placebo=1, data=DATA, **QUICK)
    assert found.apart.halves == planted.apart.halves  # of the same two pictures
    assert found.apart.pair < planted.apart.pair / 2


def test_what_was_drawn_before_is_not_drawn_again(study, monkeypatch):
    asked = {**QUICK, "seed": 1}
    plain = study.visualise("hidden", [3, 5], data=DATA, **asked)
    assert plain[0].before is None
    drawn = []

    def counted(*given):
        drawn.append(given)
        return pictures_for(*given)

    monkeypatch.setattr("shiftscope.explain.visualisation.live.pictures_for", counted)
    told = []

    @contextmanager
    def progress(name, done, total, *, counted="samples"):
        told.append((done, total))
        yield lambda steps: None

    found = study.visualise("hidden", [3, 5], placebo=1, data=DATA, **{**asked, "progress": progress})
    assert len(drawn) == 6  # of each unit the reference's and both halves'
    # Of the pictures that are there what the layer before gives is read, without a step.
    assert told == [(done, 12) for done in (0, 0, 0, 2, 4, 6, 8, 10)]
    study.visualise("hidden", 3, placebo=2, data=DATA, **asked)
    assert len(drawn) == 8  # both halves of the second division
    np.testing.assert_array_equal(found[1].image, plain[1].image.astype(np.float32))
    assert [each.at for each in found] == ["conv", "conv"]


def halves(study, dataset="field", *, divisions=1, most=256, seed=0):
    """(2 x division) positions of the samples of each half."""
    question = PictureQuestion(dataset, "hidden", 3, "maco", {}, 2, 0, seed=seed)
    _, _, *asked = colour_pair(study, question, divisions)
    return [half_positions(study, each, most) for each in asked]


def test_halves_are_of_all_that_is_fitted_on_and_share_nothing(study):
    one, other, second, last = halves(study, divisions=2)
    for both in ((one, other), (second, last)):
        assert sorted([*both[0], *both[1]]) == fit_positions(study, "lab", 512)
        assert abs(len(both[0]) - len(both[1])) <= 1
    assert one != second
    assert halves(study, divisions=2) == [one, other, second, last]
    assert halves(study, seed=1)[0] != one
    assert len(halves(study, most=8)[1]) == 8
    every = np.array(fit_positions(study, "lab", 512))
    assert one == sorted(np.random.default_rng(0).permutation(every)[: len(every) // 2].tolist())


def test_a_half_has_no_more_samples_than_the_set_in_whose_place_it_stands(study):
    few, (one, other) = fit_positions(study, "few", 256), halves(study, "few")
    assert len(one) == len(few) < len(other)
    assert set(one) < set(halves(study)[0])
    assert other == halves(study)[1]


def test_what_was_kept_of_the_first_division_is_found_again(study):
    plain = PictureQuestion("field", "hidden", 3, "maco", {}, 2, 0)
    first, second = (picture_key(study, colour_pair(study, plain, 2)[place]).settings for place in (2, 4))
    assert first == {**picture_key(study, plain).settings, "half": 1}  # as without several
    assert second == {**first, "division": 2}


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"dataset": "lab"}, BadRequest, "name the shifted one"),
        ({"dataset": "few"}, BadRequest, r"samples of few to fit on; 32 are needed"),
        ({"sample": 1}, BadRequest, "leave sample, facets and together out"),
        ({"facets": 1}, BadRequest, "leave sample, facets and together out"),
        ({"at": "hidden"}, BadRequest, "at='hidden' is the unit's own layer"),
        ({"at": "conv", "placebo": 0}, BadRequest, "give placebo=True too"),
        ({"placebo": -1}, BadRequest, "placebo=-1; it is a whole number of at least 0"),
        ({"placebo": 2.5}, BadRequest, r"placebo=2\.5; it is a whole number"),
        ({"placebo": "5"}, BadRequest, "placebo='5'; it is a whole number"),
    ],
)
def test_what_has_no_placebo_is_refused(study, options, error, said):
    with pytest.raises(error, match=said):
        study.visualise("hidden", 3, **{**QUICK, "placebo": True, **options})


def test_a_small_reference_has_no_halves(recorded):
    with pytest.raises(
        BadRequest, match="18 samples of lab to fit on, too few for two halves: 32 are needed in each"
    ):
        recorded.visualise("hidden", 3, placebo=True, **QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("samples", [320, 84])
def test_without_a_shift_about_one_pair_in_six_is_further_apart_than_five_of_halves(tmp_path, net, samples):
    data = {"lab": Made(640), **{f"again-{seed}": Made(samples, seed=seed) for seed in range(1, 9)}}
    study = ss.Study.create(tmp_path / "x.study", net, ("a", "b", "c", "d"))
    for name, made in data.items():
        study.record(made, name, layers=["conv", "hidden"], progress=False)
    asked = {**QUICK, "steps": 8, "placebo": 5, "data": data}
    apart = [
        each.apart.apart
        for seed in range(3)
        for name in list(data)[1:]
        for each in study.visualise("hidden", [0, 2, 4, 6, 8], **{**asked, "dataset": name, "seed": seed})
    ]
    assert len(apart) == 120
    assert 0.05 < np.mean(apart) < 0.25


def test_a_layer_that_runs_later_or_is_pooled_otherwise_is_refused(study):
    with pytest.raises(LayerError, match="hidden does not run before conv:1 is known"):
        study.visualise("conv", 1, placebo=1, at="hidden", data=DATA, **QUICK)
    pooled = replace(study.layer("conv"), pool="max")
    with pytest.raises(BadRequest, match="conv is recorded as channel, max pooling; name a layer"):
        asked_layer_before(SimpleNamespace(layer=lambda name: pooled), "hidden", "conv")
