"""Linear maps found in a model, and what enters them."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from shiftscope.errors import LayerError, LayerNotFound, StudyMismatch
from shiftscope.model.survey.linear_map_search import find_maps
from shiftscope.model.survey.survey import Survey
from shiftscope.study import Study


class Several(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.wide = nn.Conv2d(4, 4, 3, groups=2, padding=1)
        self.body = nn.Sequential(
            nn.Flatten(), nn.Linear(64, 6, bias=False), nn.ReLU(), nn.Linear(6, 5), nn.ReLU()
        )
        self.head = nn.Linear(5, 3)
        self.unused = nn.Linear(2, 2)
        self.twice = nn.Linear(5, 5)

    def forward(self, images):
        hidden = self.body(self.wide(torch.relu(self.conv(images))))
        return self.head(self.twice(self.twice(hidden)))


IMAGES = torch.from_numpy(np.random.default_rng(0).random((2, 3, 8, 8), np.float32))


def test_the_responses_recorded_are_what_enters(tmp_path):
    torch.manual_seed(0)
    net = Several()
    study = Study.create(tmp_path / "x.study", net, tuple("abc"))
    images, labels = torch.rand(12, 3, 8, 8), np.arange(12) % 3
    recording = study.record(
        (images, labels),
        "lab",
        layers=["conv"],
        paths=["body.*", "conv"],
        stored_as="float32",
        progress=False,
    )
    assert list(study.layers) == ["conv", "body.1 input", "body.3 input", "conv input"]
    assert set(study.maps) == {"body.1", "body.3", "conv"}
    net.eval()
    with torch.no_grad():
        hidden = net.body[:3](net.wide(torch.relu(net.conv(images))))
    np.testing.assert_allclose(recording.responses("body.3 input"), hidden, atol=1e-5)
    last = study.maps["body.3"]
    assert (last.name, last.layer) == ("body.3", "body.3 input")
    np.testing.assert_array_equal(last.weight, net.body[3].weight.detach())
    np.testing.assert_array_equal(last.bias, net.body[3].bias.detach())
    assert study.maps["body.1"].bias is None
    unfolded = F.unfold(images, 3, padding=1, stride=2).mean(2)
    np.testing.assert_allclose(recording.responses("conv input"), unfolded, atol=1e-6)
    assert study.maps["conv"].weight.shape == (4, 27)


def test_later_datasets_are_recorded_at_the_same_maps(tmp_path):
    net = Several()
    study = Study.create(tmp_path / "x.study", net, tuple("abc"))
    given = (torch.rand(12, 3, 8, 8), np.arange(12) % 3)
    study.record(given, "lab", paths=["body.3"], progress=False)
    for name, options in {"a": {}, "b": {"paths": ["body.3"]}}.items():
        study.record(given, name, progress=False, **options)
        assert list(study[name].layers) == ["body.3 input"]
    with pytest.raises(StudyMismatch, match=r"body\.1 input"):
        study.record(given, "c", paths=["body.1"], progress=False)
    again = Study(study.path)
    assert again.layer("body.3 input").side == "input"


def test_the_head_may_be_named_too_and_is_the_same_map(tmp_path, net, made):
    study = Study.create(tmp_path / "x.study", net, tuple("abcd"))
    study.record(made(), "lab", paths=["head"], progress=False)
    assert study.head.layer == "head input"
    assert list(study.maps) == ["head"]


@pytest.mark.parametrize("tokens", [False, True])
def test_a_map_over_tokens_is_given_the_class_token_or_their_mean(tokens):
    class Tokens(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.head = nn.Linear(3, 4), nn.Linear(4, 2)
            if tokens:
                self.cls_token = nn.Parameter(torch.zeros(3))

        def forward(self, x):
            if tokens:
                x = torch.cat([self.cls_token.expand(len(x), 1, 3), x], dim=1)
            return self.head(self.fc(x).mean(1))

    ((layer, linear),) = find_maps(Survey.of(Tokens(), torch.rand(2, 7, 3), paths=["fc"])).values()
    assert (layer.pool, layer.kind, layer.units) == ("cls" if tokens else "mean", "token dimension", 3)
    assert linear.weight.shape == (4, 3)


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("boddy.1", LayerNotFound, "no linear map named 'boddy.1' in the model; closest: 'body.1'"),
        ("body.2", LayerNotFound, "Paths are those of nn.Linear and nn.Conv2d modules: conv, wide, body.1"),
        ("unused", LayerError, "'unused' never runs"),
        ("twice", LayerError, "'twice' runs 2 times"),
        ("wide", LayerError, "a convolution in 2 groups"),
    ],
)
def test_what_cannot_be_counted_is_refused(name, error, message):
    with pytest.raises(error, match=message):
        find_maps(Survey.of(Several(), IMAGES, paths=[name]))


def test_patches_before_the_class_token_joins_are_averaged():
    class Vit(nn.Module):
        def __init__(self):
            super().__init__()
            self.cls_token = nn.Parameter(torch.zeros(1, 1, 4))
            self.embed, self.norm, self.mlp = nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 2)

        def forward(self, x):
            tokens = torch.cat([self.cls_token.expand(len(x), -1, -1), self.embed(x)], dim=1)
            return self.mlp(self.norm(tokens))[:, 0]

    found = find_maps(Survey.of(Vit(), torch.rand(2, 7, 3), paths=["embed", "mlp"]))
    assert {name: layer.pool for name, (layer, _) in found.items()} == {"embed": "mean", "mlp": "cls"}
    assert found["embed"][0].prefix_tokens == 0


def test_windows_instead_of_samples_and_inputs_by_name_are_refused():
    class Windowed(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.named, self.head = nn.Linear(3, 4), nn.Linear(4, 4), nn.Linear(4, 2)

        def forward(self, x):
            windows = self.fc(x.reshape(-1, 3))
            return self.head(self.named(input=windows.reshape(len(x), 8, 4).mean(1)))

    with pytest.raises(LayerError, match=r"what enters 'fc' has shape \(16, 3\) for 2 samples"):
        find_maps(Survey.of(Windowed(), torch.rand(2, 8, 3), paths=["fc"]))
    with pytest.raises(LayerError, match="'named' is given its input by name"):
        find_maps(Survey.of(Windowed(), torch.rand(2, 8, 3), paths=["named"]))
