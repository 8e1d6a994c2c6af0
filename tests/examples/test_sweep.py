"""The example's ladders on a few images, against a plain forward pass of the shifted ones."""

from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch

import shiftscope as ss
from shiftscope.explain.dose.ladder import ladder_of

IMAGES = 60


@pytest.fixture
def sweep(example, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "examples")
    loaded = example("sweep")
    monkeypatch.setattr(loaded, "SHIFTS", ("gaussian_noise",))
    monkeypatch.setattr(loaded, "STRENGTHS", (0.2, 0.8))
    monkeypatch.setattr(loaded, "RESNET_LAYERS", ("layer1.2", "layer3.2"))
    return loaded


def test_the_ladder_is_that_of_shifted_images(sweep, shared_data, tmp_path):
    study = sweep.study_of(Namespace(net="resnet20", folder=shared_data, images=IMAGES, out=tmp_path))
    assert list(study) == ["unshifted", "gaussian_noise-0.2", "gaussian_noise-0.8"]
    net, shown = sweep.resnet(shared_data).eval(), sweep.images(shared_data, IMAGES)
    for strength in (0.2, 0.8):
        noisy = ss.shift(shown, "gaussian_noise", strength)
        with torch.no_grad():
            logits = net(torch.stack([noisy[place].input for place in range(IMAGES)]))
        stored = study[f"gaussian_noise-{strength}"].samples.predictions
        np.testing.assert_array_equal(stored, logits.argmax(1).numpy())
    accuracy, left, units, _ = sweep.told(study, ladder_of(study, "gaussian_noise")).split(" | ")
    rates = [float(each) for each in accuracy.split()]
    assert rates[0] > 0.98 > rates[1] > 0.7 > rates[2]
    assert [float(each) for each in left.split()] == sorted(map(float, left.split()), reverse=True)
    assert 0.2 < float(units.rpartition(" ")[2]) < 0.7
