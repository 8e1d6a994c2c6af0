"""Every unusual module comes back as it was: from listing, recording, paths, interventions, probes and errors."""

import random
from itertools import count

import numpy as np
import pytest
import torch

import shiftscope as ss
from shiftscope.errors import ModelError
from tests.model.zoo import REFUSED, ZOO, made, state_of, step_of

INPUTS = np.random.default_rng(0).random((6, 3, 8, 8), np.float32)
LABELS = np.arange(6) % 4
FOUR = tuple("abcd")


def chance():
    return torch.get_rng_state().tolist(), random.getstate(), [str(part) for part in np.random.get_state()]


def inputs_of(model):
    return torch.from_numpy(INPUTS.copy()).to(next(model.parameters()).dtype)


def everything(model, folder):
    """Whatever runs a model, and an error in the middle of a pass."""
    ss.list_layers(model, inputs_of(model))
    study = ss.Study.create(folder / "zoo.study", model, FOUR)
    study.record((INPUTS, LABELS), "lab", layers=["relu"], paths=["head"], keep="summaries", progress=False)
    data = {"data": {"lab": (INPUTS, LABELS)}, "batch_size": 2, "progress": False}
    study.intervene("relu", [0, 1], **data)
    probe = study.live(model, {"lab": (INPUTS, LABELS)}).probe(1)
    inputs = torch.from_numpy(INPUTS[:2])
    assert probe(inputs).isfinite().all()
    if any("quantized" in type(module).__module__ for module in model.modules()):
        with pytest.raises(ModelError, match="is quantised"):
            probe.gradient(inputs)
    else:
        assert probe.gradient(inputs)[1].shape == (2, 3, 8, 8)
    calls = count()

    def break_off(module, given):
        if next(calls) == 1:
            raise ZeroDivisionError("in the middle of the pass")

    breaks = model.flat.register_forward_pre_hook(break_off)
    with pytest.raises(Exception, match="in the middle of the pass"):
        study.intervene("relu", [1], **data)  # what was answered with both is kept
    breaks.remove()


@pytest.mark.parametrize("name", ZOO)
def test_a_model_comes_back_as_it_was(name, tmp_path):
    model, twin = made(ZOO[name]), made(ZOO[name])
    before, drawn = state_of(model), chance()
    everything(model, tmp_path)
    after = state_of(model)
    assert {key: after.get(key) for key in before | after if before.get(key) != after.get(key)} == {}
    assert chance() == drawn
    torch.testing.assert_close(step_of(model, inputs_of(model)), step_of(twin, inputs_of(twin)))


@pytest.mark.parametrize("name", REFUSED)
def test_a_model_that_cannot_be_recorded_is_refused_and_comes_back_as_it_was(name, tmp_path):
    make, message = REFUSED[name]
    model = made(make)
    before = state_of(model)
    with pytest.raises(ModelError, match=message):
        everything(model, tmp_path)
    if name != "weights written in forward":  # which are no copy's to bring back
        assert state_of(model) == before
