"""Names of modules that hold a colon or @, that stand twice in a model, or that are compiled or not made yet."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.errors import LayerError, LayerNotFound, ModelError
from shiftscope.model.survey.layer import Layer
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.linear_map_search import find_maps
from shiftscope.model.survey.survey import Survey

INPUTS = torch.rand(2, 4)


def odd():
    net = nn.Sequential()
    for name in ("fc:1", "act@2", "a:b@0"):
        net.add_module(name, nn.Linear(4, 4))
    return net


@pytest.mark.parametrize(
    ("text", "module", "name"),
    [
        ("fc:1", "fc:1", "fc:1"),
        ("act@2", "act@2", "act@2"),
        ("act@2@0", "act@2", "act@2@0"),
        ("fc:1:none", "fc:1", "fc:1"),
        ("a:b@0", "a:b@0", "a:b@0"),
        ("a:b@0@0:none", "a:b@0", "a:b@0@0"),
    ],
)
def test_a_name_is_looked_up_before_it_is_taken_apart(text, module, name):
    (layer,) = choose_layers(Survey.of(odd(), INPUTS, layers=[text]))
    assert (layer.module, layer.name) == (module, name)


def test_linear_maps_may_have_such_names_too():
    assert list(find_maps(Survey.of(odd(), INPUTS, paths=["fc:1"]))) == ["fc:1"]


@pytest.mark.parametrize("text", ["0:channel_axis=x", "0:axis=1", "0@x"])
def test_text_that_cannot_be_read_says_what_may_stand_there(text):
    with pytest.raises(LayerError, match=r"cannot read .*'0[:@]"):
        choose_layers(Survey.of(nn.Sequential(nn.Linear(4, 4)), INPUTS, layers=[text]))


def test_options_may_stand_behind_the_colon():
    assert Layer.parse("a@1:max,channel_axis=-1,prefix_tokens=2") == Layer(
        "a", pool="max", call=1, channel_axis=-1, prefix_tokens=2
    )


def test_a_second_name_of_a_module_is_told_with_its_first():
    net = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    net.add_module("again", net[0])
    for asked in ({"layers": ["again"]}, {"paths": ["again"]}):
        with pytest.raises(
            LayerNotFound, match=r"'again' is another name of the module '0'.* 0@0 is its first"
        ):
            Survey.of(net, INPUTS, **asked)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.body, self.head = (
            nn.Linear(4, 6),
            nn.Sequential(nn.ReLU(), nn.BatchNorm1d(6)),
            nn.Linear(6, 3),
        )

    def forward(self, inputs):
        return self.head(self.body(self.fc(inputs)))


def whole(net):
    net.compile(backend="eager")
    return "body.1"


def inside(net):
    net.body = torch.compile(net.body, backend="eager")
    return "body._orig_mod.1"


def in_place(net):
    net.body.compile(backend="eager")
    return "body.1"


@pytest.mark.parametrize("compiled", [whole, inside, in_place])
def test_compiled_modules_run_as_they_were_written_and_stay_compiled(tmp_path, compiled):
    torch.manual_seed(0)
    net, inputs = Net().eval(), torch.rand(12, 4)
    with torch.no_grad():
        expected = net.body(net.fc(inputs)).numpy()
    name = compiled(net)
    assert name in {layer.name for layer in ss.list_layers(net, inputs[:2]) if layer.kind}
    study = ss.Study.create(tmp_path / "x.study", net)
    data = inputs.numpy(), np.arange(12) % 3
    lab = study.record(data, "lab", layers=[name], paths=["fc"], stored_as="float32", progress=False)
    np.testing.assert_allclose(lab.responses(name), expected, atol=1e-6)
    stored, live = study.intervene(name, [1]), study.intervene(name, [1], data={"lab": data}, progress=False)
    np.testing.assert_array_equal(stored.answers["lab"].after, live.answers["lab"].after)
    assert (net._compiled_call_impl is not None) == (compiled is whole)
    assert (net.body._compiled_call_impl is not None) == (compiled is in_place)


def test_what_is_compiled_is_not_looked_for_where_nothing_is():
    code = (
        "import sys, torch; from shiftscope.model.evaluation.evaluation import uncompiled\n"
        "with uncompiled(): assert 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_model_whose_weights_are_not_made_yet_is_to_be_run_once(tmp_path):
    net = nn.Sequential(nn.Flatten(), nn.LazyLinear(6), nn.ReLU(), nn.Linear(6, 4))
    for use in (lambda: ss.Study.create(tmp_path / "x.study", net), lambda: ss.list_layers(net, INPUTS)):
        with pytest.raises(ModelError, match=r"not made before its first forward pass: 1\. Run it once"):
            use()
    assert net[1].has_uninitialized_params()  # nothing was made behind the user's back
    net(INPUTS)
    assert ss.list_layers(net, INPUTS)[2].units == 6


class Fails(nn.Module):
    def __init__(self, error):
        super().__init__()
        self.fc, self.error = nn.Linear(4, 4), error

    def forward(self, inputs):
        raise self.error


@pytest.mark.parametrize("error", [AttributeError("no x"), KeyError("x"), AssertionError(), OSError("gone")])
def test_whatever_the_model_raises_at_first_is_an_error_of_ours_that_names_it(error):
    for asked in ({}, {"layers": ["fc"]}, {"paths": ["fc"]}):
        with pytest.raises(
            ModelError, match=rf"cannot run on inputs of shape \(4,\) .*: {type(error).__name__}"
        ):
            Survey.of(Fails(error), INPUTS, **asked)
