"""The example's choice of units, and its table for a network and images that are made here."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from shiftscope.explain.visualisation.figures.figures import NATURAL


@pytest.fixture
def example_of_figures(example, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "examples")
    return example("visualise_figures")


@pytest.mark.slow
def test_each_method_has_a_row_and_natural_images_one(example_of_figures, tmp_path):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 2))
    images = np.random.default_rng(0).integers(0, 256, (40, 12, 12, 3), np.uint8)
    made = example_of_figures.ArrayData(
        images, [0, 1] * 20, categories=("a", "b"), preprocess=example_of_figures.ss.Preprocess()
    )
    shown = example_of_figures.Shown(net, ("a", "b"), made, ("0", "1"), "1", "0", net)
    study = example_of_figures.recorded(shown, tmp_path / "net.study")
    units = example_of_figures.some_units(study, "1", 2)
    assert len(units) == 2
    found = example_of_figures.figures(study, shown, "1", units, steps=2)
    assert list(found.values) == [*example_of_figures.METHODS, NATURAL]
    assert found.units == tuple(f"1:{unit}" for unit in units)
