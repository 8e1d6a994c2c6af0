"""Pictures with two sets' colours beside two halves of one set: a planted spectrum is told from chance."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

import shiftscope as ss
from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.drawing import pictures_for
from shiftscope.explain.visualisation.fit_positions import fit_positions, half_positions
from shiftscope.explain.visualisation.stored_pictures import asked_pictures, read_picture
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
    found = study.visualise("hidden", 3, placebo=True, data=DATA, **QUICK)
    assert found.apart.apart
    assert found.apart.halves < found.apart.pair / 2
    assert found.at == "conv"
    asked = {(each.dataset, each.half): each for each in asked_pictures(study, "hidden", 3)}
    assert set(asked) == {("field", 0), ("lab", 0), ("lab", 1), ("lab", 2)}
    drawn = {key: read_picture(study, question) for key, question in asked.items()}
    with torch.no_grad():
        before = {key: net.conv(at_size(each)).numpy().ravel() for key, each in drawn.items()}
    pair = spearmanr(before["field", 0], before["lab", 0]).statistic
    halves = spearmanr(before["lab", 1], before["lab", 2]).statistic
    assert (found.apart.pair, found.apart.halves) == pytest.approx((1 - pair, 1 - halves))
    assert drawn["lab", 2].objective == "hidden:3 with the colours of the other half of lab"
    assert "further apart than those of two halves of the reference (" in found.in_words()
    kept = ss.open_study(study.path).visualise("hidden", 3, placebo=True, **QUICK)
    assert kept.numbers() == found.numbers()
    assert found.numbers()["distance"] == found.apart.pair


def test_two_sets_of_the_same_kind_are_as_far_as_halves_are(study):
    found = study.visualise("hidden", 3, placebo=True, data=DATA, **{**QUICK, "dataset": "again"})
    planted = study.visualise("hidden", 3, placebo=True, data=DATA, **QUICK)
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
    found = study.visualise("hidden", [3, 5], placebo=True, data=DATA, **asked)
    assert len(drawn) == 6  # of each unit the reference's and both halves'
    np.testing.assert_array_equal(found[1].image, plain[1].image.astype(np.float32))
    assert [each.at for each in found] == ["conv", "conv"]


def test_halves_are_of_all_that_is_fitted_on_and_share_nothing(study):
    one, other = (half_positions(study, "lab", 256, half, seed=0) for half in (1, 2))
    assert sorted([*one, *other]) == fit_positions(study, "lab", 512)
    assert abs(len(one) - len(other)) <= 1
    assert half_positions(study, "lab", 256, 1, seed=1) != one
    assert len(half_positions(study, "lab", 8, 2, seed=0)) == 8


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"dataset": "lab"}, BadRequest, "name the shifted one"),
        ({"dataset": "few"}, BadRequest, r"samples of few to fit on; 32 are needed"),
        ({"sample": 1}, BadRequest, "leave sample, facets and together out"),
        ({"facets": 1}, BadRequest, "leave sample, facets and together out"),
        ({"at": "hidden"}, BadRequest, "in a layer before the unit, as at=; name one of conv"),
        ({"at": "conv", "placebo": False}, BadRequest, "give placebo=True too"),
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
