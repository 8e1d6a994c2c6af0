"""The strongest feature against the strongest unit: known answers, and what is kept of them."""

import json

import numpy as np
import pytest
import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.local_against_distributed.removals import ROWS, Removals
from shiftscope.explain.local_against_distributed.stored_removals import read_removals
from shiftscope.explain.local_against_distributed.strongest import (
    strongest_feature,
    strongest_unit,
    without_direction,
    without_feature,
    without_unit,
)
from shiftscope.study import Study, open_study

from ...conftest import Made, Net

QUIET = {"progress": False}
RESPONSES = torch.tensor([[[1.0, 2.0, 0.0], [3.0, 1.0, 0.0]]])  # one sample, two places, three units
ATOMS = torch.tensor([[0.6, 0.8, 0.0], [0.0, 0.0, 2.0]])
CODES = torch.tensor([[[1.0, 0.0], [2.0, 1.0]]])  # mean 1.5 of length 1, mean 0.5 of length 2


def test_the_strongest_are_those_with_the_largest_mean():
    assert strongest_unit(RESPONSES).tolist() == [0]  # means 2, 1.5 and 0
    assert strongest_feature(CODES, ATOMS).tolist() == [0]
    assert strongest_feature(CODES, ATOMS * torch.tensor([[1.0], [2.0]])).tolist() == [1]


def test_a_unit_is_silent_at_all_places():
    assert without_unit(RESPONSES, torch.tensor([1])).tolist() == [[[1, 0, 0], [3, 0, 0]]]
    assert RESPONSES[0, 0, 1] == 2


def test_a_feature_is_taken_away_by_place_and_nothing_becomes_negative():
    left = without_feature(RESPONSES, CODES, ATOMS, torch.tensor([0]))
    # Codes 1 and 2: [1 - .6, 2 - .8, 0] and [3 - 1.2, max(1 - 1.6, 0), 0].
    torch.testing.assert_close(left, torch.tensor([[[0.4, 1.2, 0.0], [1.8, 0.0, 0.0]]]))
    signed = without_feature(RESPONSES - 1, CODES, ATOMS, torch.tensor([0]))
    torch.testing.assert_close(signed, torch.tensor([[[-0.6, 0.2, -1.0], [0.8, -1.6, -1.0]]]))


def test_a_feature_whose_code_is_zero_changes_nothing_bitwise():
    responses = torch.rand(3, 4, 5, generator=torch.Generator().manual_seed(0))
    codes = torch.rand(3, 4, 2)
    codes[:, :, 1] = 0
    left = without_feature(responses, codes, torch.rand(2, 5), torch.tensor([1, 1, 1]))
    assert torch.equal(left, responses)


def test_without_all_features_the_mean_is_left():
    mean, codes = torch.tensor([-1.0, 2.0, 0.5]), torch.tensor([[[1.0, -2.0]], [[0.5, 0.0]]])
    left = codes @ ATOMS + mean
    for feature in (0, 1):
        left = without_feature(left, codes, ATOMS, torch.tensor([feature] * 2))
    torch.testing.assert_close(left, mean.expand(2, 1, 3))


def test_a_sample_does_not_depend_on_those_beside_it():
    both = torch.stack([torch.ones(2, 3), -torch.ones(2, 3)])
    left = without_direction(both, torch.full((2, 2), 2.0), torch.eye(3)[:2])
    alone = [
        without_direction(both[i : i + 1], torch.full((1, 2), 2.0), torch.eye(3)[i : i + 1]) for i in (0, 1)
    ]
    assert torch.equal(left, torch.cat(alone))
    assert left.min() == -3


def test_the_ratio_is_of_the_mean_drops():
    drops = np.array([[4.0, 2.0], [1.0, 2.0], [0.0, 0.0]])
    flips = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    found = Removals(drops, drops / 10, flips, np.zeros((2, 2), np.int64), np.arange(2))
    feature, unit, random = found.estimates()
    assert feature.logit.value == 3
    assert (feature.logit.low, feature.logit.high) == (2, 4)
    assert feature.ratio.value == 2
    assert (unit.ratio.value, unit.ratio.low, unit.ratio.high) == (1, 1, 1)
    assert random.ratio.value == 0
    assert feature.flips.value == 0.5
    assert [each.row for each in (feature, unit, random)] == list(ROWS)


@pytest.fixture(scope="module")
def data():
    return {"lab": Made(samples=60), "field": Made(samples=60, seed=1, scale=1.5)}


@pytest.fixture(scope="module")
def once(tmp_path_factory, data):
    torch.manual_seed(0)
    study = Study.create(tmp_path_factory.mktemp("removals") / "x.study", Net(), ("a", "b", "c", "d"))
    study.record(data["lab"], "lab", layers=["conv", "hidden"], reference=True, stored_as="float32", **QUIET)
    study.record(data["field"], "field", **QUIET)
    study.derive("hidden", "nmf", size=3, seeds=1, **QUIET)
    study.derive("conv", "seminmf", size=3, seeds=1, **QUIET)
    study.local_against_distributed(data=data, **QUIET)
    return study


def test_before_the_head_drops_are_plain_arithmetic(once, data):
    found = once.local_against_distributed("hidden~nmf3", data=data, **QUIET).layers["hidden~nmf3"]["lab"]
    recording, head = once["lab"], once.head
    rows = recording.responses_at("hidden", found.positions.tolist())
    codes = recording.responses_at("hidden~nmf3", found.positions.tolist())
    atoms = once.learned("hidden~nmf3")["components_"]
    np.testing.assert_array_equal(found.removed, [codes.argmax(1), rows.argmax(1)])
    each, answers = np.arange(len(rows)), recording.samples.predictions[found.positions]
    strongest = codes.max(1)[:, None] * atoms[codes.argmax(1)]
    without = rows.copy()
    without[each, rows.argmax(1)] = 0
    for place, left in enumerate((np.maximum(rows - strongest, 0), without)):
        fallen = ((rows - left) * head.weight[answers]).sum(1)
        np.testing.assert_allclose(found.logits[place], fallen, atol=1e-4)
        logits = left @ head.weight.T + head.bias
        np.testing.assert_array_equal(found.flips[place] == 1, logits.argmax(1) != answers)


def test_layers_come_in_the_order_of_the_model(once, data):
    found = once.local_against_distributed(data=data, **QUIET)
    assert list(found.layers) == ["conv~seminmf3", "hidden~nmf3"]
    table = found.table()
    assert table["removed"].tolist() == list(ROWS) * 4
    assert table["dataset"].tolist()[::3] == ["lab", "field"] * 2
    assert (table["logit_drop_low"] <= table["logit_drop"]).all()
    assert "strongest feature carries" in repr(found)
    assert "<table" in found._repr_html_()


def test_it_is_kept_and_does_not_depend_on_the_batches(once, data):
    kept = read_removals(open_study(once.path), "conv~seminmf3", "field")
    assert set(open_study(once.path).results(kind="removals")["state"]) == {"fresh"}
    from shiftscope.explain.local_against_distributed.live import removals

    live = once.live(data=data)
    again = removals(live, "conv~seminmf3", "field", kept.positions.tolist(), seed=0, batch_size=7)
    np.testing.assert_array_equal(again.removed, kept.removed)
    np.testing.assert_allclose(again.logits, kept.logits, atol=1e-5)
    assert not live.model._forward_pre_hooks


def test_what_cannot_be_asked_for_is_refused(once, data):
    with pytest.raises(BadRequest, match="was recorded"):
        once.local_against_distributed("hidden", data=data, **QUIET)
    with pytest.raises(BadRequest, match="at least one"):
        once.local_against_distributed(samples=0, data=data, **QUIET)


def test_the_command_prints_and_writes_it(once, capsys, monkeypatch, data):
    from shiftscope.cli.local_against_distributed import local_against_distributed as command

    monkeypatch.setattr("shiftscope.cli.asked.at_hand.model_at_hand", lambda *given: once.model)
    monkeypatch.setattr("shiftscope.cli.asked.at_hand.data_at_hand", lambda given: data)
    command(once.path)
    said = capsys.readouterr().out
    assert said.startswith("conv~seminmf3 on field: not computed (shiftscope fit-under-shift tells it)")
    assert "strongest feature" in said
    command(once.path, csv="-")
    assert capsys.readouterr().out.startswith("state,layer,dataset,removed,samples,logit_drop,")
    command(once.path, json=True)
    assert len(json.loads(capsys.readouterr().out)["rows"]) == 12
