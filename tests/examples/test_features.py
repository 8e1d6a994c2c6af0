"""Dictionaries of the pretrained ResNet-20 under shift, beside a model that has learned nothing."""

from pathlib import Path

import pytest

import shiftscope as ss

pytestmark = pytest.mark.slow


def test_every_row_is_there_and_the_few_directions_of_the_layer_hold(
    example, shared_data, tmp_path, monkeypatch
):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "examples")  # it reads two others
    features = example("features")
    net, data = features.pretrained(shared_data), features.pictures(shared_data, 400)
    study = features.recorded(net, data, tmp_path / "a.study")
    bare = features.recorded(ss.untrained(net), data, tmp_path / "b.study")
    layers = features.derived(study, 30)[:2]
    found = features.gates(study, bare, layers)
    for layer in layers:
        rows = found.loc[layer]
        noise = rows[rows["dataset"] == "noise"].set_index("row")
        assert set(noise.index) == {
            "dictionary",
            "plain units",
            "random atoms",
            "refit",
            "untrained model",
        }
        assert noise.loc["dictionary", "kept"] > max(0.95, noise.loc["random atoms", "kept"])
        assert noise.loc["dictionary", "fvu"] < noise.loc["plain units", "fvu"]
