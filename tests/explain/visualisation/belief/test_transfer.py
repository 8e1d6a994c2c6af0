"""Pictures for one network, shown to another: the counterpart of a unit, and what it says of them."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest, LayerError, ShapeError
from shiftscope.explain.visualisation.belief.belief import COLUMNS
from shiftscope.explain.visualisation.belief.transfer import Transfer, correlations, counterpart

ON = {"steps": 2, "crops": 1, "range": (-8.0, 8.0), "progress": False}
NOTHING = float("nan")
HALF_A_RANK = 0.5 / 22 + 1e-9  # a sample is equal to its own stored response but for rounding


class Inside(nn.Module):
    """Another network that is shown half of what it expects."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, images):
        return self.net(2 * images)


@pytest.fixture
def turned(net):
    """The network with its hidden units in reverse, so that unit 3 of 10 is its unit 6."""
    other = copy.deepcopy(net)
    with torch.no_grad():
        for weight in (other.hidden[1].weight, other.hidden[1].bias):
            weight.copy_(weight.flip(0))
        other.head.weight.copy_(other.head.weight.flip(1))
    return other


def test_correlations_by_hand():
    ours = np.array([0.0, 1, 2])
    theirs = np.array([[0.0, 5, 0, np.nan], [2, 5, 1, 1], [4, 5, 0, 2]])
    np.testing.assert_allclose(correlations(ours, theirs), [1, np.nan, 0, np.nan], atol=1e-12)
    assert counterpart(ours, theirs) == 0
    assert counterpart(ours, theirs[:, [1, 3]]) == -1
    with pytest.raises(ShapeError, match="3 and to 2 samples"):
        correlations(ours, theirs[:2])


def test_transfer_in_words():
    found = Transfer("hidden", 6, 0.8, np.array([0.975]), "", "pictures resized to 8x8")
    told = "drives its counterpart in the second network (hidden:6, r = 0.80) more than 97.5 % of images do"
    assert found.in_words() == f"{told}, pictures resized to 8x8"
    closest = Transfer("hidden", 6, 0.29, np.array([NOTHING]), "")
    assert closest.in_words() == "no counterpart in the second network (hidden:6, r = 0.29)"
    none = Transfer("hidden", -1, NOTHING, np.array([NOTHING]), "")
    assert none.in_words() == "no counterpart in the second network (no unit that varies)"


def test_the_same_network_with_its_units_in_another_order_says_the_same(recorded, made, turned):
    data = {"lab": made()}
    found = recorded.visualise("hidden", 3, second=turned, data=data, **ON)
    transfer = found.belief.transfer
    assert (transfer.layer, transfer.unit) == ("hidden", 6)
    assert transfer.correlation == pytest.approx(1)
    np.testing.assert_allclose(transfer.quantiles, found.belief.reached, atol=HALF_A_RANK)
    assert transfer.in_words() in repr(found)
    row = dict(found.belief.rows())[
        "response of the second network (hidden:6, r = 1.00), quantile of the reference"
    ]
    assert len(row) == len(COLUMNS)
    assert found.numbers()["belief"]["transfer"]["unit"] == 6

    opened = ss.open_study(recorded.path)
    again = opened.visualise("hidden", 3, second=turned, **ON)
    assert again.belief.numbers() == found.belief.numbers()
    assert opened.visualise("hidden", 3, believe=True, **ON).belief.transfer is not None
    with torch.no_grad():
        turned.head.bias += 1
    with pytest.raises(BadRequest, match="does not hold the model"):
        opened.visualise("hidden", 3, second=turned, **ON)  # another network


def test_pictures_are_stretched_and_resized_for_a_network_of_other_inputs(recorded, made, net, turned):
    data = {"lab": made()}
    second = ss.Second(Inside(turned), layer="net.hidden", size=(8, 8), range=(-4.0, 4.0))
    found = recorded.visualise("hidden", 3, second=second, data=data, **ON)
    transfer = found.belief.transfer
    assert (transfer.layer, transfer.unit) == ("net.hidden", 6)
    np.testing.assert_allclose(transfer.quantiles, found.belief.reached, atol=HALF_A_RANK)
    assert transfer.note == "pictures stretched to -4 to 4"
    logit = recorded.visualise(None, 1, second=net, data=data, **ON)
    assert (logit.belief.transfer.layer, logit.belief.transfer.unit) == ("logits", 1)


@pytest.mark.parametrize(
    ("second", "error", "told"),
    [
        (3, BadRequest, "give a model"),
        (ss.Second(nn.Conv2d(3, 2, 3)), LayerError, "no layer 'hidden'"),
        (
            ss.Second(nn.Identity(), preprocess=ss.Preprocess(), range=(0.0, 1.0)),
            BadRequest,
            "not both",
        ),
    ],
)
def test_a_second_network_that_cannot_be_is_refused(recorded, made, second, error, told):
    with pytest.raises(error, match=told):
        recorded.visualise("hidden", 3, second=second, data={"lab": made()}, **ON)
