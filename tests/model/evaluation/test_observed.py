"""What a pass leaves alone: the user's settings, caches of torch and inputs, and which weights are read."""

import numpy as np
import pytest
import torch
import zarr
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm

import shiftscope as ss
from shiftscope.errors import BadRequest
from shiftscope.model.evaluation.evaluation import observed, placed
from shiftscope.model.provenance import describe_model
from shiftscope.model.survey.linear_map_search import find_maps
from shiftscope.model.survey.survey import Survey
from tests.model.zoo import ZOO, Adapted, Around, made

INPUTS = np.random.default_rng(0).random((6, 3, 8, 8), np.float32)
DATA = INPUTS, np.arange(6) % 4


def record(folder, model, **options):
    study = ss.Study.create(folder / "a.study", model, tuple("abcd"))
    return study.record(DATA, "lab", layers=["relu"], paths=["head"], progress=False, **options)


@pytest.fixture
def torchs_defaults():
    yield
    torch.set_default_device(None)
    torch.set_default_dtype(torch.float32)
    torch.use_deterministic_algorithms(False)


@pytest.mark.usefixtures("torchs_defaults")
@pytest.mark.parametrize("summaries_on_device", [False, True])
def test_torchs_defaults_neither_reach_into_a_recording_nor_change(
    tmp_path, summaries_on_device, monkeypatch
):
    monkeypatch.setattr(
        "shiftscope.recording.stream.PassOptions.summarises_on", lambda options, device: summaries_on_device
    )
    model = made(ZOO["tied weights"])
    (tmp_path / "plain").mkdir()
    plain = record(tmp_path / "plain", model)
    torch.set_default_device("meta")
    torch.set_default_dtype(torch.float64)
    torch.use_deterministic_algorithms(True)
    threads = torch.get_num_threads()
    with torch.set_grad_enabled(False):
        other = record(tmp_path, model)
        assert not torch.is_grad_enabled()
    assert torch.get_default_device() == torch.device("meta")
    assert torch.get_default_dtype() == torch.float64
    assert torch.are_deterministic_algorithms_enabled()
    assert torch.get_num_threads() == threads
    assert other.content == plain.content


def test_settings_of_zarr_neither_reach_into_a_recording_nor_change(tmp_path):
    model = made(ZOO["tied weights"])
    (tmp_path / "plain").mkdir()
    plain = record(tmp_path / "plain", model)
    with zarr.config.set({"default_zarr_format": 2, "array.order": "F", "array.write_empty_chunks": False}):
        other = record(tmp_path, model)
        assert zarr.config.get("default_zarr_format") == 2
        np.testing.assert_array_equal(other.responses("relu"), plain.responses("relu"))
        assert ss.open_study(tmp_path / "a.study").verify().damages == []
    assert not list(tmp_path.rglob(".zarray"))
    assert other.content == plain.content


def test_weights_cast_by_autocast_still_get_gradients_after_a_pass():
    model, inputs = made(ZOO["tied weights"]), torch.from_numpy(INPUTS)
    with torch.autocast("cpu", torch.bfloat16):
        with observed(model):
            model(inputs)
        model(inputs).float().sum().backward()
    assert model.head.weight.grad is not None


def test_weights_that_torch_keeps_of_a_parametrisation_still_get_gradients_after_a_pass():
    model, inputs = made(ZOO["parametrised"]), torch.from_numpy(INPUTS)
    with parametrize.cached():
        with observed(model):
            model(inputs)
        model(inputs).sum().backward()
    assert model.odd.parametrizations.weight.original.grad is not None


def test_a_model_is_described_as_it_is_in_eval_mode():
    model = Around(Adapted())
    described = describe_model(model)
    assert describe_model(model.eval()) == described


def test_the_weights_of_a_map_are_those_that_the_pass_used():
    torch.manual_seed(0)
    model, inputs = Around(spectral_norm(nn.Linear(6, 6))), torch.from_numpy(INPUTS)
    ((_, linear),) = find_maps(Survey.of(model, inputs, paths=["odd"])).values()
    np.testing.assert_array_equal(linear.weight, model.eval().odd.weight.detach().numpy())


@pytest.mark.parametrize("asked", [{}, {"layers": ["relu"]}])
def test_inputs_that_a_first_layer_writes_to_stay_as_they_were(asked):
    inputs = torch.from_numpy(INPUTS.copy())
    Survey.of(made(ZOO["first layer writes to its input"]), inputs, **asked)
    np.testing.assert_array_equal(inputs.numpy(), INPUTS)


def test_a_model_that_torch_cannot_copy_is_to_be_moved_by_its_owner():
    with pytest.raises(BadRequest, match=r"cannot be copied to 'meta'.*model.to\('meta'\)"):
        placed(made(ZOO["weight norm, old, that has run"]), "meta")
