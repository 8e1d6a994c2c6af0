"""What a shift adds to a unit's use: a planted use is found and drawn, none is where there is none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest, LayerError
from shiftscope.explain.visualisation.differences.shifted_use import raised_by
from shiftscope.explain.visualisation.differences.stored_differences import differences_of
from shiftscope.explain.visualisation.live import target_of
from shiftscope.explain.visualisation.pair_distance import distance
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import (
    KIND,
    PICTURE,
    VERSIONS,
    asked_pictures,
    picture_key,
    read_picture,
)
from shiftscope.flow.steps import opened as steps_opened
from shiftscope.statistics.split import fit_half
from shiftscope.store.keep_result import keep_result
from shiftscope.store.results import Result
from shiftscope.store.unit_results import unit_key
from tests.conftest import Made

SAMPLES = 900
QUICK = {"steps": 3, "crops": 0, "range": (-8.0, 8.0), "progress": False}


class Plain(nn.Module):
    """Linear up to the unit, so that the gradient of what is raised is known."""

    def __init__(self) -> None:
        super().__init__()
        self.before = nn.Sequential(nn.Flatten(), nn.Linear(192, 6))
        self.unit = nn.Linear(6, 2)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.unit(self.before(images))


def moved(seed: int, by: float) -> Made:
    made = Made(samples=SAMPLES, categories_count=2, seed=seed)
    made.inputs[:, 0] += by  # the first channel alone
    return made


@pytest.fixture(scope="module")
def plain() -> Plain:
    torch.manual_seed(0)
    return Plain()


@pytest.fixture(scope="module")
def study(tmp_path_factory, plain):
    """To be read, and pictures to be kept in it."""
    made = ss.Study.create(
        tmp_path_factory.mktemp("difference") / "x.study", model=plain, categories=["a", "b"]
    )
    for name, seed, by in (("lab", 0, 0.0), ("field", 1, 0.5), ("again", 2, 0.0)):
        made.record(
            moved(seed, by), name=name, layers=["before", "unit"], reference=name == "lab", progress=False
        )
    return made


DATA = {"lab": moved(0, 0.0), "field": moved(1, 0.5), "again": moved(2, 0.0)}


def test_a_use_that_differs_is_found_and_kept(study, plain):
    unit = used_more(study)
    found = study.difference("unit", unit, "field", placebo=2, data=DATA, **QUICK)  # by the layer before
    assert found.shifted.at == "before"
    assert found.separation.found
    responses = {name: study[name].unit_responses("unit", unit) for name in ("field", "lab")}
    bar = np.percentile(responses["lab"], 90)
    along = []
    for name, strong in responses.items():
        half = half_of(study, name)
        along.append(study[name].responses("before")[(strong > bar) & ~half] @ found.separation.direction)
    labels = np.repeat([1, 0], [len(each) for each in along])
    assert found.separation.auroc == pytest.approx(roc_auc_score(labels, np.concatenate(along)))
    assert found.separation.auroc > found.separation.placebo.max()
    assert not np.array_equal(found.shifted.image, found.reference.image)
    assert (found.shifted.objective, found.reference.objective) == (
        f"unit:{unit} as in field",
        f"unit:{unit} as in lab",
    )
    alone = float(plain(at_size(found.shifted))[0, unit].detach())
    assert found.shifted.score == pytest.approx(alone, rel=1e-4)
    held_out = np.sort(responses["lab"][~half_of(study, "lab")])
    both = found.shifted, found.reference
    (weaker,) = (each for each in both if not each.course.asked)
    (stronger,) = (each for each in both if each.course.asked)
    assert weaker.course.steps == 3
    assert found.level == weaker.score > held_out[math.ceil(0.99 * len(held_out)) - 1]
    assert weaker.score <= stronger.score < 1.01 * weaker.score
    for picture in (stronger, *sum(found.placebo, ())):
        assert picture.course.level == weaker.score
        assert picture.course.steps == 3 or picture.score >= weaker.score
    assert found.equally_strong
    with torch.no_grad():
        before = [plain.before(at_size(each))[0].numpy() for each in (found.shifted, found.reference)]
    assert found.distance.pair == pytest.approx(1 - spearmanr(*before).statistic)
    assert [[each.objective for each in pair] for pair in found.placebo] == [
        [f"unit:{unit} as in {which} half of lab{division}" for which in ("one", "the other")]
        for division in ("", ", division 2")
    ]
    assert not np.array_equal(found.placebo[0][0].image, found.shifted.image)
    assert found.distance.halves == tuple(distance(*pair) for pair in found.placebo)
    assert len(set(found.distance.halves)) == 2
    kept = ss.open_study(study.path).difference("unit", unit, "field", at="before", placebo=2, **QUICK)
    assert repr(kept) == repr(found)
    every = [each for each in asked_pictures(study, "unit", unit) if each.use[0] == "field"]
    assert sorted((each.use[2], each.level or 0) for each in every) == sorted(
        [(1, 0), (-1, 0), (1 if stronger is found.shifted else -1, weaker.score)]
    )


def test_model_and_data_are_opened_once_for_all_pictures(study, monkeypatch):
    opened, asked = steps_opened.opened, []
    monkeypatch.setattr(steps_opened, "opened", lambda *given: asked.append(given) or opened(*given))
    fresh = {**QUICK, "seed": 17}
    found = study.difference("unit", used_more(study), "field", placebo=2, data=DATA, **fresh)
    assert len(asked) == 1
    again = study.difference("unit", used_more(study), "field", placebo=2, **fresh)
    assert len(asked) == 1, "what is kept needs neither"
    assert again.numbers() == found.numbers()


def test_pictures_that_do_not_come_to_the_level_are_those_of_the_full_weight(study):
    slow = {**QUICK, "method": "activation_maximisation", "learning_rate": 1e-6, "placebo": False}
    unit = used_more(study)
    found = study.difference("unit", unit, "field", data=DATA, **slow)
    assert (found.weight, found.equally_strong) == (1.0, False)
    assert [each.course.steps for each in (found.shifted, found.reference)] == [3, 3]
    assert "are not to be compared" in found.in_words()
    kept = [each for each in asked_pictures(study, "unit", unit) if each.method == "activation_maximisation"]
    assert sorted(each.weight * each.use[2] for each in kept) == [
        -1,
        -0.5,
        -0.25,
        -0.125,
        0.125,
        0.25,
        0.5,
        1,
    ]
    ((asked, _, again),) = differences_of(study, kept)
    assert asked.weight == 1
    assert repr(again) == repr(found)


def test_pictures_without_a_weight_are_not_taken_for_these(study):
    unit = used_more(study)
    question = PictureQuestion("lab", "unit", unit, "maco", {}, 3, 0, use=("field", "before", 1))
    decided = picture_key(study, question).settings
    earlier = {name: given for name, given in decided.items() if name != "weight"}
    key = unit_key(
        study, KIND, "unit", ["lab", "field"], earlier, named=f"unit {unit}, maco", seed=1, versions=VERSIONS
    )  # fmt: skip
    keep_result(study, Result(key, {PICTURE: {"image": np.zeros(1)}}))
    question = replace(question, seed=1)
    assert read_picture(study, question) is None
    assert question not in list(asked_pictures(study, "unit", unit))


def test_layers_may_be_recorded_in_another_order_than_the_model_runs_them(tmp_path, plain):
    made = ss.Study.create(tmp_path / "x.study", model=plain, categories=["a", "b"])
    sets = {name: DATA[name] for name in ("lab", "field")}
    for name, data in sets.items():
        made.record(data, name=name, layers=["unit", "before"], reference=name == "lab", progress=False)
    unit = used_more(made)
    asked = {**QUICK, "steps": 1, "at": "before", "data": sets}
    assert made.difference("unit", unit, "field", placebo=False, **asked).shifted.at == "before"
    assert made.visualise("unit", unit, dataset="field", placebo=1, **asked).at == "before"


def test_without_a_shift_it_is_said_that_there_is_none(study):
    found = study.difference(
        "unit", used_more(study, "again"), "again", at="before", placebo=False, data=DATA, **QUICK
    )
    assert not found.separation.found
    assert (found.placebo, found.distance) == ((), None)
    assert "no more than two halves of the reference do" in found.in_words()


def test_what_is_raised_is_the_unit_and_the_direction_in_deviations_of_each(study, plain):
    unit = used_more(study)
    question = PictureQuestion("lab", "unit", unit, "maco", {}, 1, 0, use=("field", "before", 1))
    ways = [
        raised_by(
            study,
            PictureQuestion(**{**vars(question), "use": ("field", "before", sign)}),
            target_of(question),
        )
        for sign in (1, -1)
    ]
    live = study.live(plain, data=DATA)
    inputs = DATA["lab"].inputs[:1].clone().requires_grad_()
    plus, minus = (torch.autograd.grad(live.probe(way)(inputs).sum(), inputs)[0].flatten() for way in ways)
    first, second = plain.before[1].weight.detach(), plain.unit.weight.detach()[unit]
    responses = study["lab"].unit_responses("unit", unit)
    deviation = responses[responses > np.percentile(responses, 90)].std()
    torch.testing.assert_close((plus + minus) / 2, second @ first / deviation, rtol=1e-3, atol=1e-5)
    vector = torch.from_numpy(np.asarray(ways[0].parts[1][1].vector)).float() * ways[0].parts[1][0]
    torch.testing.assert_close((plus - minus) / 2, vector @ first, rtol=1e-3, atol=1e-5)


def test_what_cannot_be_told_apart_is_refused(study, recorded):
    with pytest.raises(BadRequest, match="is the reference"):
        study.difference("unit", 0, "lab", at="before", **QUICK)
    with pytest.raises(BadRequest, match="30 are needed"):
        recorded.difference("hidden", 3, "field", at="conv", **QUICK)
    with pytest.raises(BadRequest, match="no layer before before is recorded"):
        study.difference("before", 0, "field", **QUICK)
    with pytest.raises(BadRequest, match="at='unit' is the unit's own layer"):
        study.difference("unit", 0, "field", at="unit", **QUICK)
    strongest = max(range(6), key=lambda unit: study["field"].unit_responses("before", unit).mean())
    with pytest.raises(LayerError, match=rf"unit does not run before before:{strongest} is known"):
        study.difference("before", strongest, "field", at="unit", data=DATA, **QUICK)


def half_of(study, name: str):
    return fit_half(study[name].samples.column("id").to_pylist())


def at_size(picture) -> torch.Tensor:
    """(1, channel, row, column) as the network is shown it."""
    return torch.nn.functional.interpolate(
        torch.from_numpy(picture.image)[None], (8, 8), mode="bilinear", antialias=True
    )


def used_more(study, dataset: str = "field") -> int:
    """The unit that the shift raises most, so that it is in use often enough."""
    rise = [
        study[dataset].unit_responses("unit", unit).mean() - study["lab"].unit_responses("unit", unit).mean()
        for unit in range(2)
    ]
    return int(np.argmax(rise))
