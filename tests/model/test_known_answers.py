"""The same weights in other code: another model."""

import copy
import dataclasses
import json

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.engine.ranks import Ranks
from shiftscope.errors import ModelError, StudyMismatch
from shiftscope.model import known_answers
from shiftscope.model.answers import Answers
from shiftscope.model.beside_weights import beside_weights
from shiftscope.model.known_answers import KnownAnswers, answers_of
from shiftscope.recording.recording_work import RecordingWork
from shiftscope.store.layout import ANSWERS, RECORDING


def edited(net):
    """The same weights, settings and modules; forward() does a little more."""
    other = copy.deepcopy(net)
    forward = other.forward
    other.forward = lambda images: (
        forward(images) + 0.01 * images.mean((1, 2, 3))[:, None] ** 2 * torch.arange(4)
    )
    return other


class Stopped(BaseException):
    pass


def stopping(made, **options):
    class Stopping(made):
        def __getitem__(self, position):
            if position == 20 and len(self.read) > 2:
                raise Stopped
            return super().__getitem__(position)

    return Stopping(**options)


def record(study, data, name="lab", **options):
    layers = {} if study.layers else {"layers": ["conv", "hidden"]}
    options = {"stored_as": "float16", **options}  # else a pass that chooses it comes first
    return study.record(data, name, shard_samples=8, progress=False, **layers, **options)


def test_a_forward_that_was_edited_between_a_stop_and_going_on_is_refused(new_study, made, net):
    study = new_study()
    with pytest.raises(Stopped):
        record(study, stopping(made))
    with pytest.raises(
        StudyMismatch, match="its weights are the same, and its logits for the same inputs are up to"
    ):
        record(study, made(), model=edited(net))
    record(study, made(), model=net)
    with pytest.raises(StudyMismatch, match="its weights are the same"):
        record(study, made(), model=edited(net))  # of what is whole, too


def test_a_forward_that_was_edited_is_refused_for_a_later_dataset_and_an_intervention(recorded, made, net):
    with pytest.raises(StudyMismatch, match="its weights are the same"):
        recorded.record(made(seed=2), "third", model=edited(net), progress=False)
    with pytest.raises(StudyMismatch, match="its weights are the same"):
        recorded.intervene("hidden", [0], model=edited(net), data={"lab": made()}, progress=False)


def test_a_rank_or_worker_with_other_code_is_refused_before_its_first_shard(
    new_study, made, net, monkeypatch
):
    works, record_shards = [], RecordingWork.record
    monkeypatch.setattr(
        RecordingWork, "record", lambda work, *given: works.append(work) or record_shards(work, *given)
    )
    study = new_study()
    with pytest.raises(Stopped):
        record(study, stopping(made))
    with pytest.raises(StudyMismatch, match="its weights are the same"):
        record(study, made(), model=edited(net), engine=Ranks(1, 2))
    worker = dataclasses.replace(works[0], model=edited(net), dataset=made())
    with pytest.raises(StudyMismatch, match="its weights are the same"):
        worker.record([3], lambda samples: None)
    assert not worker.is_done(3)
    dataclasses.replace(works[0], model=copy.deepcopy(net), dataset=made()).record([3], lambda samples: None)
    assert worker.is_done(3)


class Holds(nn.Module):
    """A linear map with something beside its weights; rows of it serve inputs that the first ones are not among."""

    def __init__(self, value, held):
        super().__init__()
        torch.manual_seed(0)
        self.flat, self.linear, self.held = nn.Flatten(), nn.Linear(192, 4), held
        table = torch.zeros(100, 4)
        table[50:] = value
        if held == "buffer":
            self.register_buffer("table", table, persistent=False)
        elif held == "whole numbers":
            self.register_buffer("table", table.long(), persistent=False)
        elif held == "attribute":
            self.table = table
        elif held == "list":
            self.tables = [table]

    def get_extra_state(self):
        return {"value": 1.0} if self.held != "extra state" else {"value": float(self.linear.in_features)}

    def set_extra_state(self, state):
        pass

    def forward(self, images):
        return self.linear(self.flat(images))


@pytest.mark.parametrize("held", ["buffer", "whole numbers", "attribute", "list"])
def test_what_a_model_holds_beside_its_weights_tells_it_apart(new_study, made, held):
    study = new_study(Holds(3.0, held))
    study.record(made(), "lab", layers=["linear"], progress=False)
    again = made(seed=1)
    study.record(again, "same", model=Holds(3.0, held), progress=False)
    with pytest.raises(StudyMismatch, match=r"tables?(\.0)?, which it holds beside its weights, differ"):
        study.record(again, "other", model=Holds(4.0, held), progress=False)


@pytest.mark.filterwarnings("ignore:.*quantized tensor creation functions.*:UserWarning")
def test_extra_state_and_packed_weights_are_told():
    assert (
        beside_weights(Holds(1.0, ""))["_extra_state.value"]
        != beside_weights(Holds(1.0, "extra state"))["_extra_state.value"]
    )
    pack = [
        torch.quantize_per_tensor(torch.tensor([[0.0, step]]), 0.1, 0, torch.qint8) for step in (0.1, 0.2)
    ]
    models = [Holds(1.0, "") for _ in pack]
    for model, weight in zip(models, pack, strict=True):
        model.get_extra_state = lambda weight=weight: (weight, None)
    told = [beside_weights(model)["_extra_state.0"] for model in models]
    assert told[0] != told[1]
    same = torch.quantize_per_tensor(
        torch.tensor([[0.0, 0.2]]), 0.2, 0, torch.qint8
    )  # the same bytes, scaled
    models[0].get_extra_state = lambda: (same, None)
    assert beside_weights(models[0])["_extra_state.0"] not in told


def test_what_a_pass_leaves_in_a_model_is_no_part_of_it(new_study, made):
    class Remembers(Holds):
        def forward(self, images):
            self.last, self.calls = images, self.calls + 1 if hasattr(self, "calls") else torch.zeros(1)
            return super().forward(images)

    study = new_study(Remembers(1.0, "buffer"))
    for seed, name in enumerate(("lab", "field", "third")):
        study.record(made(seed=seed), name, layers=["linear"], progress=False)
    kept = json.loads((study.path / "third" / RECORDING).read_text())["answers"]["beside"]
    assert "table" in kept
    assert not {"last", "calls"} & set(kept)


def test_numbers_are_told_by_sums_that_rounding_leaves_alike(net):
    net.bare = torch.tensor([1.0, -3.0, float("inf")])
    golden = [0, 0.6180339887498949, 2 * 0.6180339887498949 - 1]
    expected = [-1.0, 5.0, -3 * golden[1] + golden[2]]
    told = beside_weights(net)["bare"]
    np.testing.assert_allclose(told, expected)
    kept = Answers(np.ones((1, 2)), 2**-23, {"bare": told}, {})
    for factor, same in ((1 + 1e-5, True), (1.01, False)):
        net.bare = torch.tensor([1.0, -3.0 * factor, float("inf")])
        now = dataclasses.replace(kept, beside=beside_weights(net))
        assert (kept.difference(now) == "") == same


@pytest.mark.parametrize(
    ("rounding", "allowed"),
    [
        (2.0**-23, 4 * 2.0**-13),  # float32: of the largest logit, 4
        (2.0**-10, 4 * 2.0**-6),  # float16, and float32 on an accelerator
        (2.0**-7, 4 * 2.0**-3),  # bfloat16
    ],
)
def test_logits_may_be_as_far_apart_as_rounding_explains(rounding, allowed):
    kept = Answers(np.array([[1.0, -4.0]]), 2.0**-23, {}, {})
    for apart, same in ((0.9 * allowed, True), (1.1 * allowed, False)):
        now = Answers(kept.logits + np.array([[0, apart]]), rounding, {}, {})
        assert (kept.difference(now) == "") == same
    assert "shape (1, 2) and gives (1, 3)" in kept.difference(
        dataclasses.replace(kept, logits=np.ones((1, 3)))
    )


@pytest.mark.parametrize("batch", [1, 2, 16])
def test_precision_batches_and_threads_are_within_what_rounding_explains(net, made, batch):
    inputs = made(16).inputs
    net.eval()
    with torch.no_grad():
        known = KnownAnswers(inputs, answers_of(net, net(inputs), {}))
        pieces = torch.cat([net(inputs[i : i + batch]) for i in range(0, 16, batch)])
        assert not known.answers.difference(answers_of(net, pieces, {}))
        exact = copy.deepcopy(net).double()
        assert not known.answers.difference(answers_of(exact, exact(inputs.double()), {}))
        for dtype in (torch.float16, torch.bfloat16):
            narrow = copy.deepcopy(net).to(dtype)
            assert not known.answers.difference(answers_of(narrow, narrow(inputs.to(dtype)), {}))


def test_a_model_that_draws_random_numbers_is_refused_before_the_first_batch(new_study, made, net):
    net.dropout = nn.Identity()
    net.hidden.append(Always())
    data = made()
    study = new_study()
    with pytest.raises(ModelError, match=r"answers otherwise each time.*F.dropout"):
        record(study, data)
    assert max(data.read) < 2
    assert study.unfinished() == []


def test_a_model_that_draws_random_numbers_since_is_refused_before_a_later_dataset_or_an_intervention(
    recorded, made, net
):
    net.hidden[1].register_forward_hook(lambda module, arguments, output: nn.functional.dropout(output))
    with pytest.raises(ModelError, match=r"answers otherwise each time.*F.dropout"):
        recorded.record(made(seed=2), "third", model=net, progress=False)
    with pytest.raises(ModelError, match=r"answers otherwise each time.*F.dropout"):
        recorded.intervene("hidden", [0], model=net, data={"lab": made()}, progress=False)


class Always(nn.Module):
    def forward(self, values):
        return nn.functional.dropout(values)


def test_another_torch_is_told_and_not_refused(recorded, made, net, monkeypatch):
    there = {"shiftscope": "0", "torch": "1.0"}
    monkeypatch.setattr(known_answers, "versions", lambda: there)
    with pytest.warns(UserWarning, match=r"recorded with torch .* before, with 1\.0 now"):
        recorded.record(made(seed=2), "third", progress=False)


def test_a_batch_size_is_noted_with_each_shard_and_told_when_it_changes(new_study, made):
    study = new_study()
    with pytest.raises(Stopped):
        record(study, stopping(made), batch_size=4)
    with pytest.warns(UserWarning, match="'lab' was begun with batch_size=4 and goes on with 8"):
        record(study, made(), batch_size=8)
    ends = sorted((study.path / "lab" / "shards").glob("*.done"))
    noted = [json.loads(end.read_text())["batch_size"] for end in ends]
    assert set(noted[:2]) == {4}
    assert noted[-1] == 8


def test_autocast_is_kept_and_the_same_on_a_worker_and_another_one_is_refused(
    new_study, made, net, monkeypatch
):
    works, record_shards = [], RecordingWork.record
    monkeypatch.setattr(
        RecordingWork, "record", lambda work, *given: works.append(work) or record_shards(work, *given)
    )
    study = new_study()
    with torch.autocast("cpu", torch.bfloat16):
        recording = record(study, made())
    assert recording.plan.autocast == "bfloat16"
    (work,) = works
    (work.folder / "shards" / "00000.done").unlink()
    before = recording.responses("hidden", 0, 8)
    work.record([0], lambda samples: None)  # as on a worker, where nobody has entered it
    np.testing.assert_array_equal(ss.open_study(study.path)["lab"].responses("hidden", 0, 8), before)
    with pytest.raises(StudyMismatch, match=r"under torch.autocast in bfloat16, and asked was without"):
        record(study, made(seed=1), "field")


def test_answers_that_were_lost_are_written_again(recorded, made):
    file = recorded.path / ANSWERS
    kept = file.read_bytes()
    known = recorded.known_answers()
    torch.testing.assert_close(known.inputs, made().inputs[:2])
    file.unlink()
    assert [damage.file for damage in recorded.verify().damages] == [file]
    recorded.record(made(), "lab", progress=False)
    assert file.read_bytes() == kept
    assert recorded.verify().sound


def test_inputs_too_large_to_keep_are_not_kept(recorded, monkeypatch):
    known = recorded.known_answers()
    monkeypatch.setattr(known_answers, "MOST_BYTES", known.inputs[0].nbytes)
    assert known.to_keep().inputs.shape == (1, 3, 8, 8)
    assert known.to_keep().answers.logits.shape == (1, 4)
    monkeypatch.setattr(known_answers, "MOST_BYTES", known.inputs[0].nbytes - 1)
    assert known.to_keep() is None


class Squeezes(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 6, 3), nn.Linear(6, 4)

    def forward(self, images):
        return self.head(self.conv(images).mean((2, 3), keepdim=True).squeeze())


def test_a_batch_of_one_that_breaks_the_model_is_not_made_or_refused_before_the_first(new_study, made):
    data = made(33)
    study = new_study(Squeezes())
    with pytest.raises(ModelError, match=r"for a batch of one sample.*batch_size of 3 or more"):
        study.record(data, "lab", layers=["conv"], stored_as="float16", batch_size=2, progress=False)
    assert max(data.read) < 2
    study.record(data, "lab", layers=["conv"], batch_size=16, progress=False)
    assert len(study["lab"].samples) == 33
