"""Pictures of one unit that are drawn together, and kept apart."""

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.explain.visualisation.climb.diversity import alike

ON = {"shape": (3, 16, 16), "range": (0.0, 1.0), "method": "activation_maximisation", "crops": 0}


def test_cosines_of_gram_matrices_by_hand():
    # One view, two channels, two places: Gram matrices ((2, 0), (0, 0)), ((0, 0), (0, 2)) and ((1, 0), (0, 1)).
    given = torch.tensor([[[1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]])
    half = 0.5**0.5
    expected = torch.tensor([half / 2, half / 2, half])
    torch.testing.assert_close(alike(given[:, None, :, None]), expected)
    torch.testing.assert_close(alike(given.transpose(1, 2)[:, None]), expected)  # tokens of units
    torch.testing.assert_close(alike(given[:1].expand(2, 2, 2)[:, None, :, None]), torch.ones(2))


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    layers = nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU()
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4))


def grams_alike(net, found):
    with torch.no_grad():
        given = net[:4](torch.from_numpy(np.stack([each.image for each in found])))
    return float(alike(given[:, None]).mean())


def test_a_penalty_makes_pictures_less_alike(net):
    free = ss.visualise(net, 1, together=3, diversity=0, steps=40, **ON)
    apart = ss.visualise(net, 1, together=3, diversity=1, steps=40, **ON)
    assert grams_alike(net, apart) < 0.9 * grams_alike(net, free)
    assert [each.objective for each in apart] == [f"category 1, {at} of 3" for at in (1, 2, 3)]
    with torch.no_grad():
        for each in apart:
            assert each.score == pytest.approx(float(net(torch.from_numpy(each.image)[None])[0, 1]), abs=1e-6)
            assert each.curve.shape == each.penalties.shape == (40,)


def test_without_a_penalty_each_climbs_as_if_it_were_alone(net):
    first, second = ss.visualise(net, 1, together=2, diversity=0, steps=5, snapshots=(2,), **ON)
    alone = ss.visualise(net, 1, steps=5, snapshots=(2,), **ON)
    np.testing.assert_allclose(first.image, alone.image, atol=1e-6)
    np.testing.assert_allclose(first.curve, alone.curve, atol=1e-6)
    np.testing.assert_allclose(first.best, alone.best, atol=1e-6)
    np.testing.assert_allclose(first.alpha, alone.alpha, atol=1e-6)
    np.testing.assert_allclose(first.snapshots[2], alone.snapshots[2], atol=1e-6)
    assert np.abs(second.image - alone.image).max() > 0.01
    assert first.settings["diversity"] == 0
    assert "together" not in alone.settings


def test_other_penalties_hold_each_of_them(net):
    free = ss.visualise(net, 1, together=2, steps=15, **ON)
    held = ss.visualise(net, 1, together=2, steps=15, tv=100.0, **ON)
    for one, other in zip(held, free, strict=True):
        assert np.abs(np.diff(one.image)).sum() < np.abs(np.diff(other.image)).sum()
