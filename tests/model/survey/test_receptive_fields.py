"""Receptive fields by hand arithmetic, and against pixels that are changed one by one."""

import pytest
import torch
from torch import nn

from shiftscope.model.map_geometry import MapGeometry, ReceptiveField
from shiftscope.model.survey.layer import Layer
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.receptive_fields import map_geometries
from shiftscope.model.survey.survey import Survey

IMAGES = torch.rand(2, 3, 16, 12, generator=torch.Generator().manual_seed(0))


class Made(nn.Module):
    """What `function` makes of the images by modules; `read` is where it is recorded, and a head is behind it."""

    def __init__(self, function, **modules):
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)
        self.function, self.read = function, nn.Identity()
        torch.manual_seed(0)

    def forward(self, images):
        return self.read(self.function(self, images)).flatten(1)[:, :3]


def geometry(model, asked="read", images=IMAGES):
    layers = choose_layers(Survey.of(model.eval(), images, layers=[asked]))
    return map_geometries(model, images, layers).get(layers[0].name)


def field(model, asked="read"):
    return geometry(model, asked).field


def conv(*sizes, **options):
    return nn.Conv2d(3, 3, *sizes, **options)


def test_two_convolutions_around_a_pooling():
    model = Made(
        lambda m, x: m.b(m.pool(torch.relu_(m.norm(m.a(x))))),
        a=conv(3, padding=1),
        norm=nn.BatchNorm2d(3),
        pool=nn.MaxPool2d(2),
        b=conv(3, padding=1),
    )
    # 3, then 3 + 1 = 4 by steps of 2, then 4 + 2 * 2 = 8; from -1, then -1, then -1 - 2
    assert geometry(model) == MapGeometry((16, 12), (8, 6), ReceptiveField((8, 8), (2, 2), (-3, -3)))


@pytest.mark.parametrize(
    ("function", "modules", "expected"),
    [
        (lambda m, x: m.a(x), {"a": conv((3, 5), stride=(2, 1), padding=(0, 2))}, ((3, 5), (2, 1), (0, -2))),
        (lambda m, x: m.a(x), {"a": conv(3, dilation=2)}, ((5, 5), (1, 1), (0, 0))),
        (lambda m, x: m.a(x), {"a": conv(3, padding="same")}, ((3, 3), (1, 1), (-1, -1))),
        (lambda m, x: m.a(x), {"a": nn.AvgPool2d(3, 2, 1)}, ((3, 3), (2, 2), (-1, -1))),
        (lambda m, x: m.a(x), {"a": nn.AdaptiveAvgPool2d((4, 4))}, ((4, 3), (4, 3), (0, 0))),
        (lambda m, x: x + m.a(x), {"a": conv(3, padding=1)}, ((3, 3), (1, 1), (-1, -1))),
        (
            lambda m, x: m.a(x) + nn.functional.pad(m.b(x)[:, :2, 1::2, ::2], (0, 0, 0, 0, 0, 1)),
            {"a": conv(3, stride=2, padding=1), "b": conv(1)},
            ((3, 3), (2, 2), (-1, -1)),  # rows -1 to 1 and row 1
        ),
        (lambda m, x: torch.cat([x, m.a(x)], 1), {"a": conv(3, padding=1)}, ((3, 3), (1, 1), (-1, -1))),
        (lambda m, x: m.a(nn.functional.pad(x, (2, 0, 1, 0))), {"a": conv(2)}, ((2, 2), (1, 1), (-1, -2))),
        (lambda m, x: m.a(x).mean(1, keepdim=True) * x, {"a": conv(1)}, ((1, 1), (1, 1), (0, 0))),
    ],
)
def test_each_operation_by_hand(function, modules, expected):
    model = Made(function, **modules)
    assert field(model, "read:channel_axis=1") == ReceptiveField(*expected)


def test_a_map_whose_channels_are_last_has_the_fields_of_its_rows_and_columns():
    model = Made(
        lambda m, x: m.norm(m.a(x).permute(0, 2, 3, 1)), a=conv((3, 1), stride=(2, 1)), norm=nn.LayerNorm(3)
    )
    assert geometry(model) == MapGeometry((16, 12), (7, 12), ReceptiveField((3, 1), (2, 1), (0, 0)))


@pytest.mark.parametrize(
    "function",
    [
        lambda m, x: m.a(x) * torch.sigmoid(m.a(x).mean((2, 3), keepdim=True)),  # a gate that sees everything
        lambda m, x: m.a(x).softmax(3),
        lambda m, x: nn.functional.interpolate(m.a(x), scale_factor=2),
        lambda m, x: m.a(x).flip(3),
        lambda m, x: m.a(x).roll(1, 2),
        lambda m, x: m.a(x).transpose(2, 3),  # its rows are the picture's columns
        lambda m, x: m.a(x) + m.a(x)[:, :, :1],
        lambda m, x: nn.functional.pad(m.a(x), (1, 1, 1, 1), mode="reflect"),
        lambda m, x: nn.functional.group_norm(m.a(x), 1),
        lambda m, x: nn.functional.conv_transpose2d(m.a(x), torch.ones(3, 3, 2, 2), stride=2),
    ],
)
def test_what_sees_more_or_cannot_be_followed_has_no_field(function):
    assert field(Made(function, a=conv(1)), "read:channel_axis=1") is None


def test_a_second_run_of_a_module_is_read_as_that_run():
    model = Made(lambda m, x: m.a(torch.relu(m.a(x))), a=conv(3))
    asked = [Layer("a", call=call) for call in (0, 1)]
    found = [geometry(model, layer).field.size for layer in asked]
    assert found == [(3, 3), (5, 5)]


def test_patch_tokens_lie_in_the_grid_of_the_patches():
    def tokens(m, x):
        patches = m.patches(x).flatten(2).transpose(1, 2)
        joined = torch.cat([m.token.expand(len(x), -1, -1), patches], 1)
        return joined + m.attention(joined, joined, joined)[0]

    model = Made(
        tokens, patches=nn.Conv2d(3, 4, 4, 4), attention=nn.MultiheadAttention(4, 1, batch_first=True)
    )
    model.token = nn.Parameter(torch.zeros(1, 1, 4))
    assert geometry(model) == MapGeometry((16, 12), (4, 3))
    assert geometry(model).box(3, 0) == (0, 0.75, 1 / 3, 1)


def test_tokens_that_are_no_patches_and_inputs_that_are_no_pictures_have_no_geometry():
    rows = Made(lambda m, x: m.a(x[:, 0]), a=nn.Linear(12, 4))
    assert geometry(rows) is None
    line = Made(lambda m, x: m.a(x), a=nn.Conv1d(3, 4, 3))
    assert geometry(line, images=torch.rand(2, 3, 9)) is None


def test_the_model_is_left_as_it_was():
    model = Made(lambda m, x: m.a(x), a=conv(3)).train()
    layers = choose_layers(Survey.of(model, IMAGES, layers=["read"]))
    map_geometries(model, IMAGES, layers)
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())


def test_pixels_inside_the_field_change_a_place_and_those_outside_do_not():
    model = Made(
        lambda m, x: m.c(m.b(torch.relu(m.a(x))) + m.beside(x)[:, :, ::2, ::2]),
        a=conv(3, padding=1),
        b=conv(3, stride=2, padding=1),
        beside=conv(1),
        c=conv((2, 3)),
    )
    for weight in model.parameters():
        nn.init.constant_(weight, 0.1)  # so that nothing cancels out, and no ReLU is silent
    found, kept = geometry(model), []
    model.read.register_forward_hook(lambda module, given, output: kept.append(output))
    row, column = 3, 1
    top, left = (found.field.offset[i] + found.field.stride[i] * (row, column)[i] for i in (0, 1))
    changed = IMAGES[:1].repeat(16 * 12, 1, 1, 1)
    for pixel in range(16 * 12):
        changed[pixel, :, pixel // 12, pixel % 12] += 1
    with torch.no_grad():
        model(IMAGES[:1]), model(changed)
    moved = (kept[1] - kept[0])[:, :, row, column].abs().amax(1) > 1e-6
    inside = torch.zeros(16, 12, dtype=torch.bool)
    inside[max(top, 0) : top + found.field.size[0], max(left, 0) : left + found.field.size[1]] = True
    assert torch.equal(moved.reshape(16, 12), inside)
