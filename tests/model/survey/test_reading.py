"""How many tokens stand in front of those that come of the sample."""

import pytest
import torch
from torch import nn

from shiftscope.errors import LayerError
from shiftscope.model.survey.layer import Layer
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.survey import Survey

IMAGES = torch.rand(2, 3, 8, 8)  # sixteen patches of 2 x 2


class Vit(nn.Module):
    """Patches, and tokens that are put to them: parameters of any name, before or behind."""

    def __init__(self, before=None, behind=0, filled=False):
        super().__init__()
        self.patch, self.norm, self.block = nn.Conv2d(3, 8, 2, 2), nn.LayerNorm(8), nn.Linear(8, 8)
        self.before, self.filled = tuple(before or {}), filled
        for name, count in (before or {}).items():
            setattr(self, name, nn.Parameter(torch.full((1, count, 8), 100.0)))
        self.behind = nn.Parameter(torch.zeros(1, behind, 8))

    def forward(self, images):
        patches = self.norm(self.patch(images).flatten(2).transpose(1, 2))
        if self.filled:  # a buffer that is written into, piece by piece
            tokens = torch.empty(len(images), 17, 8)
            tokens[:, :1] = getattr(self, self.before[0])
            tokens[:, 1:] = patches
        else:
            parts = [getattr(self, name).expand(len(images), -1, -1) for name in self.before]
            tokens = torch.cat([*parts, patches, self.behind.expand(len(images), -1, -1)], dim=1)
        return self.block(tokens)[:, 0]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({}, 0),
        ({"cls_token": 1}, 1),
        ({"class_embedding": 1}, 1),
        ({"cls_token": 1, "dist_token": 1}, 2),
        ({"cls_token": 1, "register_tokens": 4}, 5),
        ({"some": 1, "others": 3}, 4),
    ],
)
def test_tokens_in_front_are_counted_whatever_their_parameters_are_called(before, expected):
    patches, block = choose_layers(Survey.of(Vit(before), IMAGES, layers=["norm", "block"]))
    assert (patches.prefix_tokens, block.prefix_tokens) == (0, expected)


def test_class_and_register_tokens_may_join_one_after_the_other():
    class Registers(Vit):
        def forward(self, images):
            patches = self.patch(images).flatten(2).transpose(1, 2)
            tokens = torch.cat([self.cls_token.expand(len(images), -1, -1), patches], dim=1) + 1.0
            own = self.register_tokens.expand(len(images), -1, -1)
            return self.block(torch.cat([tokens[:, :1], own, tokens[:, 1:]], dim=1))[:, 0]

    (layer,) = choose_layers(
        Survey.of(Registers({"cls_token": 1, "register_tokens": 4}), IMAGES, layers=["block"])
    )
    assert layer.prefix_tokens == 5


def test_tokens_behind_the_patches_cannot_be_left_out_and_are_told():
    with pytest.raises(LayerError, match="gives 20 tokens: 4 of them come of no sample, 1 of these in front"):
        choose_layers(Survey.of(Vit({"cls_token": 1}, behind=3), IMAGES, layers=["block"]))
    (layer,) = choose_layers(
        Survey.of(Vit({"cls_token": 1}, behind=3), IMAGES, layers=["block:prefix_tokens=1,cls"])
    )
    assert (layer.prefix_tokens, layer.pool) == (1, "cls")


def test_where_names_and_count_differ_both_numbers_are_said():
    net = Vit({"reg_token": 3})
    net.register_parameter("class_token", nn.Parameter(torch.zeros(8)))  # and never used
    with pytest.raises(LayerError, match=r"3 stand in front .* and 4 by the names .* prefix_tokens=1"):
        choose_layers(Survey.of(net, IMAGES, layers=["block"]))
    (layer,) = choose_layers(Survey.of(net, IMAGES, layers=[Layer("block", prefix_tokens=3)]))
    assert layer.prefix_tokens == 3


def test_what_is_left_over_counts_only_where_the_names_confirm_it():
    (layer,) = choose_layers(Survey.of(Vit({"cls_token": 1}, filled=True), IMAGES, layers=["block"]))
    assert layer.prefix_tokens == 1
    with pytest.raises(
        LayerError, match=r"16 patches were seen, so that 1 are left over, .* speak of 0 in front"
    ):
        choose_layers(Survey.of(Vit({"embedding": 1}, filled=True), IMAGES, layers=["block"]))


def test_a_sequence_without_patches_has_no_tokens_in_front_but_by_the_names():
    text = nn.Sequential(nn.Embedding(9, 6), nn.Linear(6, 5))
    (layer,) = choose_layers(Survey.of(text, torch.randint(9, (2, 7)), layers=["1"]))
    assert layer.prefix_tokens == 0
    text.register_parameter("cls_token", nn.Parameter(torch.zeros(6)))
    with pytest.raises(LayerError, match=r"0 stand in front .* and 1 by the names"):
        choose_layers(Survey.of(text, torch.randint(9, (2, 7)), layers=["1"]))


@pytest.mark.parametrize(
    "move",
    [
        lambda tokens: tokens.flip(1),
        lambda tokens: tokens.roll(1, 1),
        lambda tokens: tokens[:, torch.arange(16, -1, -1)],
        lambda tokens: torch.stack([tokens, tokens], dim=2).flatten(1, 2),
        lambda tokens: tokens.repeat_interleave(2, dim=1),
    ],
)
def test_once_tokens_are_moved_their_places_are_asked_for(move):
    class Moved(Vit):
        def forward(self, images):
            patches = self.norm(self.patch(images).flatten(2).transpose(1, 2))
            own = self.weird.expand(len(images), -1, -1)
            return self.block(move(torch.cat([own, patches], dim=1))).mean(1)

    with pytest.raises(LayerError, match="tokens were moved after those that come of no sample had joined"):
        choose_layers(Survey.of(Moved({"weird": 1}), IMAGES, layers=["block"]))
    (told,) = choose_layers(Survey.of(Moved({"weird": 1}), IMAGES, layers=[Layer("block", prefix_tokens=0)]))
    assert told.prefix_tokens == 0
