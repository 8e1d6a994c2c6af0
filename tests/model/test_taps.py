"""Taps keep the pooled responses and nothing else."""

import gc
import weakref

import pytest
import torch
from torch import nn

from shiftscope.model.evaluation.evaluation import observed
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.survey import Survey
from shiftscope.model.taps import Taps
from shiftscope.model.units.kind import unit_kinds

IMAGES = torch.rand(2, 3, 8, 8)


class Watched(nn.Module):
    """The identity, with weak references to what went through and a pool over a map."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, maps):
        out = maps * 2
        self.seen.append(weakref.ref(out))
        return out


@pytest.mark.parametrize("pool", list(unit_kinds["channel"].pools))
def test_no_map_no_graph_and_no_batch_outlive_the_pass(pool):
    watched = Watched()
    model = nn.Sequential(nn.Conv2d(3, 4, 3), watched, nn.Flatten(), nn.Linear(4 * 36, 2))
    layers = choose_layers(Survey.of(model, IMAGES, layers=[f"1:{pool}"]))
    watched.seen.clear()
    batch = IMAGES.clone()
    with Taps(model, layers) as taps:  # with gradients, as a training that records would have them
        model(batch)
        (kept,) = taps.take().values()
        assert not kept.requires_grad
        given = weakref.ref(batch)
        del batch
        gc.collect()
        assert given() is None
        assert watched.seen[0]() is None
        assert kept.untyped_storage().nbytes() == 2 * 4 * 4
    assert taps._responses == {}


def test_what_a_pass_that_broke_off_left_is_dropped(net):
    layers = choose_layers(Survey.of(net, IMAGES, layers=["conv"]))
    net.hidden.register_forward_hook(lambda *arguments: 1 / 0)
    taps = Taps(net, layers)
    with pytest.raises(ZeroDivisionError), taps, observed(net):
        net(IMAGES)
    assert not net.conv._forward_hooks
    assert taps._responses == {}
