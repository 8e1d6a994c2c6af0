import pytest
import torch
from torch import nn

from shiftscope.errors import LayerError
from shiftscope.model.units.kind import Axes, unit_kinds
from shiftscope.model.units.tokens import prefix_tokens

MAP = torch.tensor(
    [[[[1.0, 2.0], [3.0, 6.0]], [[-1.0, -2.0], [-3.0, -6.0]]]]
)  # one sample, two channels, 2 x 2
TOKENS = torch.tensor([[[9.0, 9.0], [1.0, 2.0], [3.0, 6.0]]])  # a class token and two patches


def test_a_channel_is_the_mean_of_its_map_unless_told_otherwise():
    pools = unit_kinds["channel"].pools
    assert next(iter(pools)) == "mean"
    torch.testing.assert_close(pools["mean"](MAP, Axes()), torch.tensor([[3.0, -3.0]]))
    torch.testing.assert_close(pools["max"](MAP, Axes()), torch.tensor([[6.0, -1.0]]))
    torch.testing.assert_close(pools["center"](MAP, Axes()), torch.tensor([[6.0, -6.0]]))


def test_channels_last_maps_are_pooled_over_the_same_positions():
    turned = MAP.movedim(1, -1)
    for pool in unit_kinds["channel"].pools.values():
        torch.testing.assert_close(pool(turned, Axes(channel=-1)), pool(MAP, Axes()))


def test_a_half_precision_map_is_averaged_without_overflow():
    large = torch.full((1, 1, 64, 64), 60000.0, dtype=torch.float16)  # their sum is far above 65504
    torch.testing.assert_close(unit_kinds["channel"].pools["mean"](large, Axes()), torch.tensor([[60000.0]]))


def test_patch_tokens_are_averaged_without_the_class_token():
    pools, axes = unit_kinds["token dimension"].pools, Axes(prefix_tokens=1)
    torch.testing.assert_close(pools["mean"](TOKENS, axes), torch.tensor([[2.0, 4.0]]))
    torch.testing.assert_close(pools["max"](TOKENS, axes), torch.tensor([[3.0, 6.0]]))
    torch.testing.assert_close(pools["cls"](TOKENS, axes), torch.tensor([[9.0, 9.0]]))


def test_a_class_token_cannot_be_asked_of_a_model_without_one():
    with pytest.raises(LayerError, match="needs a class token"):
        unit_kinds["token dimension"].pools["cls"](TOKENS, Axes(prefix_tokens=0))


def test_no_patch_left_to_pool_is_an_error():
    with pytest.raises(LayerError, match="3 prefix tokens, but the layer gives 3"):
        unit_kinds["token dimension"].pools["mean"](TOKENS, Axes(prefix_tokens=3))


def test_prefix_tokens_are_counted_from_the_models_parameters():
    class Embedding(nn.Module):
        def __init__(self):
            super().__init__()
            self.cls_token = nn.Parameter(torch.zeros(1, 1, 4))
            self.register_tokens = nn.Parameter(torch.zeros(1, 4, 4))

    class Vit(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = Embedding()

    assert prefix_tokens(Vit()) == 5
    assert prefix_tokens(nn.Linear(2, 2)) == 0


@pytest.mark.parametrize(
    ("axes", "units", "expected"),
    [
        (2, 1, "neuron"),
        (3, 1, "channel"),
        (3, 2, "token dimension"),
        (4, 1, "channel"),
        (4, 3, "channel"),
        (5, 1, "channel"),
    ],
)
def test_every_output_is_one_kind_of_unit_by_its_axes(axes, units, expected):
    assert [name for name, kind in unit_kinds.items() if kind.fits(axes, units)] == [expected]
