"""A probe against what is recorded, and against autograd through a model that is cut by hand."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from shiftscope.errors import BadRequest, LayerError, ModelError, NotInStudy
from shiftscope.model.answer import Answer
from shiftscope.model.probe import Probe
from shiftscope.model.survey.layer import Layer
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.survey import Survey
from shiftscope.model.target import Channel, Direction, Feature, Logit, Neuron, Sum, as_target


class Vision(nn.Module):
    """Maps channels first and last, dropout, batch norm, an in-place ReLU and a shared module."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.act = nn.ReLU(inplace=True)
        self.last = nn.Linear(6, 6)  # over channels last
        self.drop = nn.Dropout(0.5)
        self.hidden = nn.Linear(6, 6)
        self.head = nn.Linear(6, 4)

    def forward(self, x):
        x = self.act(self.norm(self.conv(x)))
        x = self.act(self.last(x.permute(0, 2, 3, 1)))
        x = self.drop(x.mean((1, 2)))
        return self.head(torch.tanh(self.hidden(torch.tanh(self.hidden(x)))))


class Tokens(nn.Module):
    def __init__(self, side=4):
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 2, stride=2)
        self.cls_token = nn.Parameter(torch.randn(1, 1, 8))
        self.block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = self.block(torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1))
        return self.head(x[:, 0])


class Sound(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 5, 3)
        self.head = nn.Linear(5, 4)

    def forward(self, x):
        return self.head(torch.relu(self.conv(x)).mean(-1))


ASKED = {
    Vision: [
        *("conv", "conv:max", "conv:center", "act@0", "act@1:channel_axis=-1"),
        *("last:channel_axis=-1", "hidden@0", "hidden@1"),
    ],
    Tokens: ["block", "block:cls", "block:max", "patch"],
    Sound: ["conv", "conv:max"],
}
INPUTS = {Vision: (3, 8, 8), Tokens: (3, 8, 8), Sound: (2, 20)}


def made(kind):
    torch.manual_seed(0)
    model, inputs = kind().train(), torch.randn(8, *INPUTS[kind])
    layers = {layer.name: layer for layer in choose_layers(Survey.of(model, inputs, layers=ASKED[kind]))}
    return model, inputs, layers


def probe(model, target, layers, **options):
    return Probe(model, target, layers, Answer(None, probabilities=False), 4, **options)


def recorded(model, layers, inputs):
    from shiftscope.model.evaluation.evaluation import observed
    from shiftscope.model.taps import Taps

    with observed(model), Taps(model, list(layers.values())) as taps:
        logits = model(inputs)
        return taps.take(), logits


@pytest.mark.parametrize("kind", [Vision, Tokens, Sound])
def test_a_neuron_is_the_recorded_response_and_a_logit_the_recorded_logit(kind):
    model, inputs, layers = made(kind)
    responses, logits = recorded(model, layers, inputs)
    for name, layer in layers.items():
        for unit in range(layer.units):
            values = probe(model, Neuron(name, unit), layers)(inputs)
            torch.testing.assert_close(values, responses[name][:, unit], rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(probe(model, Logit(2), layers)(inputs), logits[:, 2])
    assert model.training


def test_what_enters_a_module_can_be_probed(new_study, made):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 36, 4))
    study, data = new_study(model), made()
    study.record(data, "lab", layers=["0"], paths=["3", "0"], progress=False, stored_as="float32")
    for name, layer in study.layers.items():
        values = probe(model, Neuron(name, 1), {name: layer})(data.inputs)
        np.testing.assert_allclose(values, study["lab"].unit_responses(name, 1), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", [Vision, Tokens, Sound])
def test_a_gradient_is_that_of_each_sample_alone(kind):
    model, inputs, layers = made(kind)
    targets = [Neuron(name, 0) for name in layers] + [Logit(1)]
    for target in targets:
        one = probe(model, target, layers)
        values, together = one.gradient(inputs)
        alone = torch.cat([one.gradient(inputs[i : i + 1])[1] for i in range(8)])
        torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(values, one(inputs))
        assert together.abs().sum() > 0, target


def test_a_gradient_equals_autograd_through_the_model_cut_by_hand():
    model, inputs, layers = made(Vision)
    copy = Vision().eval()
    copy.load_state_dict(model.state_dict())
    asked = inputs.clone().requires_grad_()
    by_hand = copy.act(copy.norm(copy.conv(asked))).amax((2, 3))[:, 3]
    (expected,) = torch.autograd.grad(by_hand.sum(), asked)
    values, found = probe(model, Neuron("act@0", 3, pool="max"), layers).gradient(inputs)
    torch.testing.assert_close(values, by_hand.detach())
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("around", [torch.no_grad, torch.inference_mode])
def test_it_is_differentiable_inside_what_switches_gradients_off(around):
    model, inputs, layers = made(Vision)
    one = probe(model, Neuron("act@0", 1), layers)
    expected = one.gradient(inputs)[1]
    with around():
        found = one.gradient(inputs.clone())[1]  # in inference mode an inference tensor
        assert torch.is_inference_mode_enabled() == (around is torch.inference_mode)
        assert not torch.is_grad_enabled()
    torch.testing.assert_close(found, expected)
    asked = inputs.clone().requires_grad_()
    with torch.no_grad():
        values = one(asked)
        torch.testing.assert_close(torch.autograd.grad(values, asked, torch.ones_like(values))[0], expected)


def test_the_model_is_handed_back_with_its_weights_trainable_and_no_gradient():
    model, inputs, layers = made(Vision)
    model.norm.bias.requires_grad_(False)
    before = {
        name: (each.clone(), each.requires_grad) for name, each in model.state_dict(keep_vars=True).items()
    }
    with probe(model, Neuron("hidden@1", 1), layers) as one:
        one.gradient(inputs)
        with pytest.raises(ModelError, match="cannot run on inputs"):
            one(inputs[:, :2])
    for name, each in model.state_dict(keep_vars=True).items():
        assert torch.equal(each, before[name][0]), name
        assert each.requires_grad == before[name][1], name
        assert each.grad is None
    assert model.training
    assert model.drop.training
    assert not any(module._forward_hooks for module in model.modules())
    model(inputs).sum().backward()
    assert model.conv.weight.grad is not None


def test_a_pass_ends_where_the_unit_is_known():
    model, inputs, layers = made(Vision)
    ran = []
    model.head.register_forward_hook(lambda *given: ran.append(1))
    probe(model, Neuron("conv", 0), layers)(inputs)
    assert not ran
    probe(model, Sum([(1, Neuron("conv", 0)), (1, Logit(0))], scaled=False), layers)(inputs)
    assert ran


def test_a_map_has_the_places_of_the_layer():
    model, inputs, layers = made(Vision)
    with torch.no_grad():
        maps = model.conv(inputs)
    torch.testing.assert_close(probe(model, Channel("conv", 2), layers).map(inputs), maps[:, 2])
    torch.testing.assert_close(probe(model, Neuron("conv:center", 2), layers).map(inputs), maps[:, 2])
    last = probe(model, Channel("last", 2), layers).map(inputs)
    assert last.shape == (8, 8, 8)
    torch.testing.assert_close(last.mean((1, 2)), probe(model, Neuron("last", 2), layers)(inputs))
    model, inputs, layers = made(Tokens)
    tokens = probe(model, Neuron("block", 5), layers).map(inputs)
    assert tokens.shape == (8, 4, 4)
    torch.testing.assert_close(tokens.mean((1, 2)), probe(model, Neuron("block", 5), layers)(inputs))
    assert probe(model, Neuron("block", 5), layers, grid=(2, 8)).map(inputs).shape == (8, 2, 8)
    with pytest.raises(LayerError, match="grid 3x5 needs 15 patch tokens; the layer gives 16"):
        probe(model, Neuron("block", 5), layers, grid=(3, 5)).map(inputs)
    model, inputs, layers = made(Sound)
    assert probe(model, Channel("conv", 1), layers).map(inputs).shape == (8, 18)


def test_a_direction_is_an_inner_product_at_each_place():
    model, inputs, layers = made(Vision)
    vector = np.arange(6) - 2.5
    with torch.no_grad():
        along = torch.einsum("nchw,c->nhw", model.conv(inputs), torch.from_numpy(vector).float())
    one = probe(model, Direction("conv", vector), layers)
    torch.testing.assert_close(one.map(inputs), along, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(one(inputs), along.mean((1, 2)), rtol=1e-5, atol=1e-5)
    largest = probe(model, Direction("conv:max", vector), layers)(inputs)
    torch.testing.assert_close(largest, along.amax((1, 2)), rtol=1e-5, atol=1e-5)


def test_a_sum_weighs_targets_that_are_divided_by_their_deviation():
    model, inputs, layers = made(Vision)
    parts = [(2.0, Neuron("conv", 0)), (-1.0, Logit(1))]
    values = [probe(model, target, layers)(inputs) for _, target in parts]
    plain = probe(model, Sum(parts, scaled=False), layers)(inputs)
    torch.testing.assert_close(plain, 2 * values[0] - values[1])
    scaled = probe(model, Sum(parts), layers, deviation=lambda target: 4.0 if target == parts[0][1] else 0.5)
    torch.testing.assert_close(scaled(inputs), values[0] / 2 - 2 * values[1])
    with pytest.raises(BadRequest, match="scaled=False"):
        probe(model, Sum(parts), layers)


def test_a_feature_is_an_encoded_response_and_its_map_the_encoded_places():
    class Encode:
        behind, units, positions = "conv", 2, False

        def __call__(self, responses):
            return torch.relu(responses @ self.weight)

    model, inputs, layers = made(Vision)
    encode = Encode()
    encode.weight = torch.randn(6, 2, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        maps = model.conv(inputs)
        pooled, at = encode(maps.mean((2, 3))), encode(maps.movedim(1, -1))
    for target in (Feature("conv~x2", 1), Neuron("conv~x2", 1)):
        one = probe(model, target, layers, encoders={"conv~x2": encode})
        torch.testing.assert_close(one(inputs), pooled[:, 1])
        torch.testing.assert_close(one.map(inputs), at[..., 1])


def test_layers_that_work_in_place_behind_it_change_nothing():
    class InPlace(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.head = nn.Conv2d(3, 6, 3), nn.Linear(6, 4)

        def forward(self, x):
            return self.head(self.conv(x).mul_(0).add_(1).mean((2, 3)))

    torch.manual_seed(0)
    model, inputs = InPlace(), torch.randn(3, 3, 8, 8)
    layers = {
        layer.name: layer
        for layer in choose_layers(Survey.of(model, inputs, layers=[Layer("conv", pool="max")]))
    }
    alone = probe(model, Neuron("conv:max", 1), layers).gradient(inputs)
    both = probe(model, Sum([(1, Neuron("conv:max", 1)), (1, Logit(0))], scaled=False), layers).gradient(
        inputs
    )
    torch.testing.assert_close(both[1], alone[1])  # the logit no longer depends on the input


@pytest.mark.parametrize(
    ("target", "error", "says"),
    [
        (Neuron("convo", 0), NotInStudy, "closest: 'conv'"),
        (Neuron("conv", 6), NotInStudy, "no unit 6 in layer 'conv', which has 6"),
        (Neuron("conv", 0, pool="median"), BadRequest, "'mean' or 'max' or 'center'"),
        (Direction("conv", [1.0, 2.0]), BadRequest, "which has 6 units"),
        (Feature("conv", 0), BadRequest, "no derived layer"),
        (Sum([]), BadRequest, "a sum of no targets"),
        (Logit(4), BadRequest, "no category 4; there are 4, from 0 to 3"),
    ],
)
def test_what_is_not_there_is_refused(target, error, says):
    model, _, layers = made(Vision)
    with pytest.raises(error, match=says):
        probe(model, target, layers)


def test_a_map_of_what_has_no_places_is_refused():
    model, inputs, layers = made(Vision)
    with pytest.raises(LayerError, match="no places"):
        probe(model, Logit(0), layers).map(inputs)
    with pytest.raises(LayerError, match="'hidden@0', read as neuron, has no places"):
        probe(model, Neuron("hidden@0", 0), layers).map(inputs)


def test_a_target_that_the_input_does_not_reach_is_refused():
    class Cut(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.head = nn.Conv2d(3, 6, 3), nn.Linear(6, 4)

        def forward(self, x):
            return self.head(self.conv(x.detach()).mean((2, 3)))

    torch.manual_seed(0)
    model, inputs = Cut(), torch.randn(2, 3, 8, 8)
    layers = {layer.name: layer for layer in choose_layers(Survey.of(model, inputs, layers=["conv"]))}
    with pytest.raises(ModelError, match="behind a detach"):
        probe(model, Neuron("conv", 0), layers).gradient(inputs)


def test_a_direction_of_a_rectified_layer_is_one_of_its_responses():
    model, inputs, _ = made(Vision)
    survey = Survey.of(model, inputs, layers=[Layer("conv", rectify=True)])
    layers = {layer.name: layer for layer in choose_layers(survey)}
    name = next(iter(layers))
    along = probe(model, Direction(name, [0, 0, -1, 0, 0, 0]), layers)
    torch.testing.assert_close(along(inputs), -probe(model, Neuron(name, 2), layers)(inputs))
    torch.testing.assert_close(along.map(inputs), -probe(model, Channel(name, 2), layers).map(inputs))


@pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad")  # in the first look
def test_a_part_whose_gradient_a_checkpoint_hides_is_refused():
    class Checkpointed(nn.Module):
        def __init__(self, reentrant):
            super().__init__()
            self.stem, self.block, self.head = nn.Conv2d(3, 6, 3), nn.Conv2d(6, 6, 1), nn.Linear(6, 4)
            self.reentrant = reentrant

        def forward(self, x):
            x = self.stem(x).tanh()
            x = checkpoint(lambda x: self.block(x).tanh(), x, use_reentrant=self.reentrant)
            return self.head(x.mean((2, 3)))

    torch.manual_seed(0)
    model, inputs = Checkpointed(reentrant=True), torch.randn(2, 3, 8, 8)
    layers = {each.name: each for each in choose_layers(Survey.of(model, inputs, layers=["stem", "block"]))}
    both = Sum([(1, Neuron("stem", 1)), (1, Neuron("block", 2))], scaled=False)
    with pytest.raises(ModelError, match="block:2 has no gradient"):
        probe(model, both, layers).gradient(inputs)
    model.reentrant = False
    values, found = probe(model, both, layers).gradient(inputs)
    asked = inputs.clone().requires_grad_()
    stem = model.stem(asked)
    by_hand = stem.mean((2, 3))[:, 1] + model.block(stem.tanh()).mean((2, 3))[:, 2]
    torch.testing.assert_close(values, by_hand.detach())
    torch.testing.assert_close(found, torch.autograd.grad(by_hand.sum(), asked)[0])


def test_an_address_is_cut_at_the_last_colon():
    assert as_target("layer4:17") == Neuron("layer4", 17)
    assert as_target("a:b:3") == Neuron("a:b", 3)
    assert as_target(np.int64(3)) == Logit(3)
    for given in ("layer4", ":3", "layer4:-1", 1.5, True):
        with pytest.raises(BadRequest, match="is no target"):
            as_target(given)
