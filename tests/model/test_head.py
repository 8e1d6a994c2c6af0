"""Recorded layers that feed the linear map into the logits, several of them too."""

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest
from shiftscope.model.head import find_heads
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.survey import Survey


class Two(nn.Module):
    """Two branches that are put together before the head."""

    def __init__(self, together, width):
        super().__init__()
        self.a, self.b, self.head = nn.Linear(6, 5), nn.Linear(6, 5), nn.Linear(width, 3)
        self.together = together

    def forward(self, inputs):
        return self.head(self.together(self.a(inputs), self.b(inputs)))


def concatenated():
    return Two(lambda a, b: torch.cat([b, a], dim=1), 10)


def added():
    return Two(lambda a, b: a + b, 5)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(40, 6)).astype("f4"), rng.integers(0, 3, 40)


@pytest.mark.parametrize(("made", "places"), [(concatenated, {"a": 5, "b": 0}), (added, {"a": 0, "b": 0})])
def test_both_of_two_layers_feed_the_head(tmp_path, data, made, places):
    torch.manual_seed(0)
    net = made().eval()
    study = ss.Study.create(tmp_path / "x.study", net)
    study.record(data, "lab", layers=["a", "b"], stored_as="float32", progress=False)
    study = ss.open_study(study.path)
    assert list(study.heads) == ["a", "b"]
    weights = net.head.weight.detach().numpy()
    logits = net.head.bias.detach().numpy().astype(float)
    for layer, first in places.items():
        weight = study.heads[layer].weight
        np.testing.assert_array_equal(weight, weights[:, first : first + 5])
        logits = logits + np.asarray(study["lab"].responses(layer), float) @ weight.T
        assert not study.heads[layer].alone
    np.testing.assert_allclose(logits, study["lab"].logits_of(0, 40), atol=1e-4)


@pytest.mark.parametrize("made", [concatenated, added])
def test_units_of_both_can_be_blamed_and_changed_as_the_model_changes_them(tmp_path, data, made):
    torch.manual_seed(0)
    net = made().eval()
    study = ss.Study.create(tmp_path / "x.study", net)
    study.record(data, "lab", layers=["a", "b"], stored_as="float32", progress=False)
    study.record((data[0] * 1.5, data[1]), "field", progress=False, stored_as="float32")
    for layer in "ab":
        assert np.isfinite(study.scores(layer)["blame"]).all()
        stored = study.intervene(layer, [1, 3]).answers["lab"]
        with torch.no_grad():
            inputs = torch.from_numpy(data[0])
            parts = {"a": net.a(inputs), "b": net.b(inputs)}
            parts[layer][:, [1, 3]] = 0
            expected = net.head(net.together(**parts)).argmax(1).numpy()
        np.testing.assert_array_equal(stored.after, expected)


def test_a_page_tells_what_other_inputs_add(tmp_path, data):
    from shiftscope.views.sample.sample import sample

    torch.manual_seed(0)
    net = added().eval()
    study = ss.Study.create(tmp_path / "x.study", net)
    study.record(data, "lab", layers=["a", "b"], stored_as="float32", progress=False)
    texts = str(sample(study, dataset="lab", position=0, layer="b").panels)
    assert "other inputs" in texts
    assert "does not feed" not in texts


def test_one_tensor_under_two_names_counts_under_both(tmp_path, data):
    net = nn.Sequential(nn.Sequential(nn.Linear(6, 5), nn.ReLU()), nn.Linear(5, 3))
    study = ss.Study.create(tmp_path / "x.study", net)
    study.record(data, "lab", layers=["0", "0.1"], progress=False)
    assert list(study.heads) == ["0", "0.1"]
    assert all(head.alone for head in study.heads.values())
    assert set(study.maps) == {"1", "1 from 0.1"}
    assert study.paths("0.1", progress=False, shuffles=2, resamples=20).map.layer == "0.1"


@pytest.mark.parametrize(
    "together",
    [
        lambda a, b: torch.cat([torch.relu(a), b.clamp(-20, 20)], dim=1),
        lambda a, b: torch.cat([a * b, b * a], dim=1),
        lambda a, b: torch.cat([a, a * b], dim=1),
    ],
)
def test_a_layer_that_reaches_the_head_in_another_way_as_well_does_not_feed_it(together):
    torch.manual_seed(0)
    model, inputs = Two(together, 10).eval(), torch.randn(2, 6) * 0.1
    assert not find_heads(model, choose_layers(Survey.of(model, inputs, layers=["a", "b"])), inputs)


def test_a_layer_that_feeds_no_head_names_those_that_do(tmp_path, data):
    net = nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 3))
    study = ss.Study.create(tmp_path / "x.study", net)
    study.record(data, "lab", layers=["0", "1"], progress=False)
    with pytest.raises(BadRequest, match="'0' does not feed the linear head, '1' does"):
        study.intervene("0", [1])


@pytest.mark.parametrize("size", [0.02, 0.4])
def test_a_layer_with_a_bounded_way_beside_it_does_not_feed_the_head_alone(size):
    """Far out a bounded term cannot be seen beside the layer's own."""

    class Beside(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.act, self.c, self.head = (
                nn.Linear(6, 5),
                nn.Sigmoid(),
                nn.Linear(5, 5),
                nn.Linear(5, 3),
            )

        def forward(self, inputs):
            a = self.act(self.a(inputs))
            return self.head(a + size * torch.tanh(8 * self.c(a)))

    torch.manual_seed(0)
    net, inputs = Beside().eval(), torch.randn(2, 6)
    assert find_heads(net, choose_layers(Survey.of(net, inputs, layers=["act"])), inputs) == []


class Padded(nn.Module):
    """Sequences of different lengths, which torch packs into one nested tensor while they are attended to."""

    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=True)
        self.pooled, self.head = nn.Identity(), nn.Linear(8, 3)

    def forward(self, inputs):
        padding = (inputs == 0).all(dim=2)
        return self.head(self.pooled(self.encoder(inputs, src_key_padding_mask=padding).mean(dim=1)))


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors:UserWarning")
def test_linear_maps_of_nested_tensors_on_the_way_are_passed_over():
    torch.manual_seed(0)
    net, inputs = Padded().eval(), torch.randn(2, 5, 8)
    inputs[:, 3:] = 0
    (head,) = find_heads(net, choose_layers(Survey.of(net, inputs, layers=["pooled"])), inputs)
    assert (head.name, head.layer) == ("head", "pooled")
