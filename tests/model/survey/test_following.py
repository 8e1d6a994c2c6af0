"""Which axis of an output holds the units, known from the operations that made it."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

import shiftscope as ss
from shiftscope.errors import LayerError
from shiftscope.model.survey.layer import Layer
from shiftscope.model.survey.layer_choice import choose_layers, list_layers
from shiftscope.model.survey.survey import Survey


class Made(nn.Module):
    """A forward pass that is written down on the spot, over modules given by name."""

    def __init__(self, forward, **modules):
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)
        self.written = forward

    def forward(self, inputs):
        return self.written(self, inputs)


class ChannelsFirstNorm(nn.LayerNorm):
    """A layer norm that turns maps round and back, as ConvNeXt's."""

    def forward(self, maps):
        return super().forward(maps.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Chomp(nn.Module):
    def forward(self, inputs):
        return inputs[:, :, :-2].contiguous()


class Lora(nn.Module):
    """A linear layer with a product of two small ones beside it."""

    def __init__(self):
        super().__init__()
        self.base, self.down, self.up = nn.Linear(6, 5), nn.Linear(6, 2, bias=False), nn.Linear(2, 5)

    def forward(self, inputs):
        return self.base(inputs) + 0.5 * self.up(self.down(inputs))


def one_dimensional():
    return nn.Sequential(
        nn.Conv1d(1, 5, 3, padding=1),
        nn.ReLU(),
        nn.Sequential(nn.Conv1d(5, 5, 3, padding=1), nn.GELU(), nn.InstanceNorm1d(5)),
        nn.Dropout(),
        nn.MaxPool1d(2),
        nn.PReLU(),
        nn.Hardswish(),
        nn.AdaptiveAvgPool1d(1),
        nn.Flatten(),
        nn.Linear(5, 4),
    )


def convolutional():
    return nn.Sequential(weight_norm(nn.Conv1d(3, 4, 3, padding=2)), Chomp(), nn.SiLU(), nn.GroupNorm(2, 4))


def residual():
    def forward(self, x):
        x = F.relu(self.norm(self.conv(x)))
        scale = torch.sigmoid(self.squeeze(x.mean((2, 3))))[:, :, None, None]
        x = self.out(x + F.relu(x * scale))
        return self.dense(torch.cat([x, F.avg_pool2d(x, 3, 1, 1)], dim=1))

    return Made(
        forward,
        conv=nn.Conv2d(3, 6, 3),
        norm=nn.BatchNorm2d(6),
        squeeze=nn.Linear(6, 6),
        out=nn.Identity(),
        dense=nn.Identity(),
    )


def channels_last():
    def forward(self, x):
        x = self.first(self.conv(x))
        x = self.down(self.act(self.up(self.norm(x.permute(0, 2, 3, 1))))).permute(0, 3, 1, 2)
        return self.back(x)

    return Made(
        forward,
        conv=nn.Conv2d(3, 6, 3),
        first=ChannelsFirstNorm(6),
        norm=nn.LayerNorm(6),
        up=nn.Linear(6, 24),
        act=nn.GELU(),
        down=nn.Linear(24, 6),
        back=nn.Identity(),
    )


def quantised():
    net = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 4))
    return torch.ao.quantization.quantize_dynamic(net, {nn.Linear}, dtype=torch.qint8)


MAP, TOKENS = (2, 3, 8, 8), (2, 7, 6)
FIRST, LAST = ("channel", 1), ("token dimension", -1)
KNOWN = [
    (one_dimensional, (2, 1, 40), {"1": (*FIRST, 5), "2": (*FIRST, 5), "3": (*FIRST, 5), "7": (*FIRST, 5)}),
    (convolutional, (2, 3, 9), {"0": (*FIRST, 4), "1": (*FIRST, 4), "2": (*FIRST, 4), "3": (*FIRST, 4)}),
    (residual, MAP, {"norm": (*FIRST, 6), "out": (*FIRST, 6), "dense": (*FIRST, 12)}),
    (
        channels_last,
        MAP,
        {
            "first": (*FIRST, 6),
            "norm": ("channel", -1, 6),
            "up": ("channel", -1, 24),
            "act": ("channel", -1, 24),
            "back": (*FIRST, 6),
        },
    ),
    (Lora, TOKENS, {"base": (*LAST, 5), "down": (*LAST, 2)}),
    (
        lambda: nn.Sequential(Lora(), nn.GRU(5, 4, batch_first=True)),
        TOKENS,
        {"0": (*LAST, 5), "1": (*LAST, 4)},
    ),
    (
        lambda: nn.Sequential(nn.TransformerEncoderLayer(6, 2, 8, batch_first=True)),
        TOKENS,
        {"0": (*LAST, 6)},
    ),
    pytest.param(
        quantised,
        TOKENS,
        {"0": (*LAST, 5), "1": (*LAST, 5)},
        marks=pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
    ),
]


@pytest.mark.parametrize(("made", "shape", "expected"), KNOWN)
def test_the_axis_of_the_units_is_that_of_what_made_them(made, shape, expected):
    torch.manual_seed(0)
    listed = {layer.name: layer for layer in list_layers(made().eval(), torch.rand(shape))}
    found = {name: (listed[name].kind, listed[name].channel_axis, listed[name].units) for name in expected}
    assert found == expected


def test_channels_of_one_dimension_are_averaged_over_their_positions(tmp_path):
    torch.manual_seed(0)
    net, inputs = one_dimensional().eval(), torch.rand(12, 1, 40)
    study = ss.Study.create(tmp_path / "x.study", net)
    data = ss.dataset(inputs.numpy(), labels=np.arange(12) % 4, layout="features")
    lab = study.record(data, "lab", layers=["1", "3:max"], stored_as="float32", progress=False)
    with torch.no_grad():
        np.testing.assert_allclose(lab.responses("1"), net[:2](inputs).mean(2), atol=1e-6)
        np.testing.assert_allclose(lab.responses("3:max"), net[:4](inputs).amax(2), atol=1e-6)


def test_channels_behind_a_linear_layer_are_averaged_over_rows_and_columns():
    torch.manual_seed(0)
    net, inputs = channels_last().eval(), torch.rand(MAP)
    (layer,) = choose_layers(Survey.of(net, inputs, layers=["up"]))
    assert (layer.units, layer.channel_axis, layer.axes.channel) == (24, -1, -1)


UNKNOWN = [
    (Made(lambda self, x: self.at(x), at=nn.Identity()), TOKENS),
    (Made(lambda self, x: self.at(x @ x.mT), at=nn.Softmax(-1)), TOKENS),
    (nn.Sequential(nn.Conv1d(7, 4, 1), nn.LayerNorm(6)), TOKENS),
    (
        Made(lambda self, x: self.at(self.fc(x).reshape(2, 7, 2, 2)), fc=nn.Linear(6, 4), at=nn.Identity()),
        TOKENS,
    ),
]


@pytest.mark.parametrize(("net", "shape"), UNKNOWN)
def test_where_nothing_or_two_things_tell_the_axis_it_is_asked_for(net, shape):
    name = [name for name, _ in net.named_modules()][-1]
    inputs = torch.rand(shape)
    with pytest.raises(LayerError, match="nothing in the forward pass shows which axis") as refused:
        choose_layers(Survey.of(net.eval(), inputs, layers=[name]))
    assert f"Layer({name!r}, channel_axis=1)" in str(refused.value)
    (last,) = choose_layers(Survey.of(net, inputs, layers=[f"{name}:channel_axis=-1"]))
    (first,) = choose_layers(Survey.of(net, inputs, layers=[Layer(name, channel_axis=1)]))
    (output,) = {last.shape, first.shape}
    assert (first.units, last.units) == (output[0], output[-1])
    assert next(layer for layer in list_layers(net, inputs) if layer.name == name).why_not


@pytest.mark.parametrize("axis", [0, 3, -3])
def test_an_axis_that_is_not_there_is_refused(axis):
    with pytest.raises(LayerError, match=f"channel_axis={axis}; the axis of the units is one from 1 to 2"):
        choose_layers(
            Survey.of(
                nn.Sequential(nn.Linear(6, 5)), torch.rand(TOKENS), layers=[Layer("0", channel_axis=axis)]
            )
        )


class Padded(nn.Module):
    """A transformer that is told which tokens are padding, and so works on nested tensors inside."""

    def __init__(self):
        super().__init__()
        self.body = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 1)

    def forward(self, inputs):
        padding = torch.zeros(inputs.shape[:2], dtype=torch.bool)
        padding[0, -2:] = True
        return self.body(inputs, src_key_padding_mask=padding).mean(1)


@pytest.mark.filterwarnings("ignore:.*nested tensors:UserWarning")
def test_nested_tensors_inside_a_model_are_told_and_stop_no_pass():
    listed = {layer.name: layer for layer in list_layers(Padded().eval(), torch.rand(2, 7, 8))}
    assert "gives a nested tensor" in listed["body.layers.0.norm2"].why_not
    assert "nothing in the forward pass shows" in listed["body"].why_not


def test_a_norm_over_the_channels_leaves_no_units():
    net = Made(lambda self, x: self.out(self.conv(x).norm(dim=1)), conv=nn.Conv2d(3, 6, 3), out=nn.Identity())
    with pytest.raises(LayerError, match="nothing in the forward pass shows which axis"):
        choose_layers(Survey.of(net, torch.rand(2, 3, 8, 8), layers=["out"]))


def test_neither_following_a_pass_nor_looking_for_what_is_compiled_imports_the_compiler_of_torch():
    code = (
        "import sys, torch; from shiftscope.model.survey.survey import Survey\n"
        "from shiftscope.model.evaluation.evaluation import uncompiled\n"
        "with uncompiled(): assert 'torch._dynamo' not in sys.modules\n"
        "Survey.of(torch.nn.Sequential(torch.nn.Linear(3, 2)), torch.ones(4, 3), layers=['0'])\n"
        "assert 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
