"""The places that are recorded against a full search of every map."""

import numpy as np
import pytest
import torch
from torch import nn

from shiftscope.model.evaluation.evaluation import observed
from shiftscope.model.grid import grid_of
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.survey.layer import Layer
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.survey import Survey
from shiftscope.model.taps import Taps
from shiftscope.recording import strongest_places
from shiftscope.recording.strongest_places import StrongestPlaces
from shiftscope.summaries.summary import Block
from shiftscope.summaries.top_samples import KEPT, TopSamples

MAPS = RecordedLayer("map", "map", "Conv2d", "channel", "max", 3, (3, 4, 5), None, 0, False, 1, 0)


def drawn(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def found(layer, outputs, responses, stored_as="float32", batch=48):
    places = StrongestPlaces(layer, stored_as)
    for output, read in zip(outputs.split(batch), responses.split(batch), strict=True):
        places.see(output, read)
    return places.found()


def check(layer, maps, responses, given, stored_as="float32"):
    """`maps` (sample, unit, place) in rows; the strongest samples are those of the summary, their places a search's."""
    stored = responses.numpy().astype(stored_as).astype(np.float32)
    positions = np.arange(len(stored))
    top = TopSamples.of(Block(stored, positions, np.zeros_like(positions), 1))
    there = given["sample"]
    np.testing.assert_array_equal(there, top.position[: len(there)])
    units = np.arange(stored.shape[1])
    slow = np.argmax(maps.numpy(), axis=2)[there, units]
    if "token" in given:
        np.testing.assert_array_equal(given["token"], slow)
    else:
        np.testing.assert_array_equal(given["row"] * layer.shape[-1] + given["column"], slow)


@pytest.mark.parametrize("stored_as", ["float16", "float32"])
@pytest.mark.parametrize("pool", ["max", "mean"])
def test_the_places_of_the_strongest_are_those_of_a_full_search(pool, stored_as, monkeypatch):
    monkeypatch.setattr(strongest_places, "AT_ONCE", 100)
    outputs = drawn(700, 3, 4, 5)
    outputs[:, 1] = (outputs[:, 1] / 4).round() * 4  # many equal ones
    outputs[:, 2] -= 9  # negative ones
    layer = RecordedLayer(**{**vars(MAPS), "pool": pool})
    responses = outputs.amax((2, 3)) if pool == "max" else outputs.mean((2, 3))
    check(layer, outputs.flatten(2), responses, found(layer, outputs, responses, stored_as), stored_as)


def test_of_a_growing_response_every_sample_is_looked_at():
    outputs = drawn(600, 3, 4, 5) + torch.arange(600.0)[:, None, None, None]
    responses = outputs.amax((2, 3))
    check(MAPS, outputs.flatten(2), responses, found(MAPS, outputs, responses))


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("laid", [torch.contiguous_format, torch.channels_last])
def test_maps_of_any_type_and_layout_are_searched(dtype, laid):
    outputs = drawn(150, 3, 4, 5).to(dtype).contiguous(memory_format=laid)
    responses = outputs.amax((2, 3)).float()
    check(MAPS, outputs.float().flatten(2), responses, found(MAPS, outputs, responses))


def test_fewer_samples_than_ranks_all_have_their_place():
    outputs = torch.zeros(2, 3, 4, 5)
    outputs[0, 0, 3, 2] = outputs[1, 0, 1, 4] = 1
    outputs[1, 2, 0, 1] = 2
    given = found(MAPS, outputs, outputs.amax((2, 3)))
    assert given["sample"][:, 0].tolist() == [0, 1]
    assert (given["row"][:, 0].tolist(), given["column"][:, 0].tolist()) == ([3, 1], [2, 4])
    assert (given["sample"][0, 2], given["row"][0, 2], given["column"][0, 2]) == (1, 0, 1)


def test_a_map_of_another_size_than_planned_has_no_places():
    outputs = drawn(3, 3, 8, 8)
    given = found(MAPS, outputs, outputs.amax((2, 3)))
    assert (given["row"] == -1).all()
    assert (given["column"] == -1).all()


class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Parameter(torch.full((1, 1, 4), 50.0))  # larger than any other
        self.read = nn.Linear(6, 4, bias=False)
        self.all = nn.Identity()

    def forward(self, rows):
        return self.all(torch.cat([self.token.expand(len(rows), -1, -1), self.read(rows)], 1)).mean(1)


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.read = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, maps):
        return self.read(self.read(maps).relu()).mean((2, 3))


def turned(maps):
    return maps.flatten(2)


@pytest.mark.parametrize(
    ("model", "asked", "inputs", "in_rows"),
    [
        (nn.Sequential(nn.Conv2d(3, 4, 3)), "0:max", drawn(2, 3, 6, 7), turned),
        (nn.Sequential(nn.Conv1d(3, 4, 3)), "0:mean", drawn(2, 3, 9), turned),
        (
            nn.Sequential(nn.Linear(6, 4)),
            Layer("0", channel_axis=-1),
            drawn(2, 5, 3, 6),
            lambda maps: maps.permute(0, 3, 1, 2).flatten(2),
        ),
        (Tokens(), "all:max", drawn(2, 5, 6), lambda maps: maps[:, 1:].transpose(1, 2)),
        (Twice(), Layer("read", call=0), drawn(2, 3, 6, 7), turned),
        (Twice(), Layer("read", call=1), drawn(2, 3, 6, 7), turned),
    ],
    ids=["map", "line", "channels last", "tokens", "first run", "second run"],
)
def test_places_of_each_kind_of_map(model, asked, inputs, in_rows):
    (layer,) = choose_layers(Survey.of(model, inputs, layers=[asked]))
    outputs, kept = [], StrongestPlaces(layer, "float32")
    model.get_submodule(layer.module).register_forward_hook(lambda *called: outputs.append(called[2]))
    batch = drawn(40, *inputs.shape[1:], seed=1)
    with observed(model), Taps(model, [layer]) as taps:
        taps.see = lambda each, output, responses: kept.see(output, responses)
        model(batch)
        responses = taps.take()[layer.name]
    given = kept.found()
    if "row" in given:
        columns = outputs[layer.call].shape[2 if layer.channel_axis == -1 else 3]
        slow = in_rows(outputs[layer.call]).argmax(2).numpy()[given["sample"], np.arange(layer.units)]
        np.testing.assert_array_equal(given["row"] * columns + given["column"], slow)
    else:
        check(layer, in_rows(outputs[layer.call]), responses, given)


@pytest.mark.parametrize(
    "other",
    [
        {"pool": "center"},
        {"kind": "neuron", "pool": "none", "shape": (3,)},
        {"shape": (3, 1, 1)},
        {"shape": (3, 2, 2, 2)},
        {"kind": "token dimension", "pool": "cls", "shape": (4, 3), "channel_axis": -1, "prefix_tokens": 1},
        {"side": "patches"},
    ],
)
def test_a_unit_that_is_read_off_one_place_or_more_axes_has_none(other):
    assert grid_of(RecordedLayer(**{**vars(MAPS), **other})) == ()


def test_no_more_than_the_strongest_is_kept():
    places = StrongestPlaces(MAPS, "float16")
    for seed in range(12):
        outputs = drawn(64, 3, 4, 5, seed=seed)
        places.see(outputs, outputs.amax((2, 3)))
    assert places._keys.shape == (3, KEPT)
    assert places._waiting == []
