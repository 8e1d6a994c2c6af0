"""Models, targets and options that are unusual: right answers, or a sentence that says what to do."""

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest, LayerError, ModelError

SERIES = torch.randn(4, 7, 4, generator=torch.Generator().manual_seed(0))


class AlongSamples(nn.Module):
    """Reads the samples as steps of time, so that each is changed by those before it, and the first by none."""

    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(4, 6), nn.Linear(6, 2)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


class OverBatch(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(7, track_running_stats=False)

    def forward(self, x, weight=1.0):
        return self.norm(x).square().mean(1) * weight


class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.head = nn.Linear(4, 6), nn.Linear(6, 2)
        self.mix = nn.TransformerEncoderLayer(6, 2, 8, batch_first=True)

    def forward(self, x):
        return self.head(self.mix(self.embed(x.transpose(1, 2))).mean(1))


def test_a_model_that_carries_one_sample_into_the_next_is_refused():
    with pytest.raises(ModelError, match=r"sample 1 gets .* lstm mixes the batch"):
        ss.attribute(AlongSamples(), SERIES, 1)


def test_samples_alike_do_not_hide_that_the_batch_is_mixed():
    alike = torch.stack([SERIES[0], SERIES[0], 3 * SERIES[1]])
    with pytest.raises(ModelError, match=r"norm mixes the batch"):
        ss.attribute(OverBatch(), alike, 1)


def test_points_of_one_sample_that_are_mixed_are_refused_where_passes_hold_several():
    model = OverBatch()
    with pytest.raises(ModelError, match="mixes the batch"):
        ss.attribute(model, SERIES[:1], 1, method="smoothgrad")
    assert ss.attribute(model, SERIES[:1], 1, method="smoothgrad", internal_batch_size=1).isfinite().all()
    assert ss.attribute(model, SERIES[:1], 1).isfinite().all()  # one point is mixed with nothing


def test_modules_in_modes_of_their_own_keep_them():
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    model.train()
    model[1].eval()
    ss.probe_module(model, "2:0")
    assert (model.training, model[0].training, model[1].training) == (True, True, False)

    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = model

        def forward(self, x, scale):
            return self.inner(x) * scale

    scaled = Scaled()
    ss.attribute(scaled, SERIES[:, 0], 1, additional_forward_args=torch.ones(4, 1))
    assert (scaled.training, model[0].training, model[1].training) == (True, True, False)


@pytest.mark.parametrize("target", [np.int64(1), np.array([1, 1, 1, 1]), [np.int64(1)] * 4])
def test_whole_numbers_of_numpy_are_categories(target):
    model = nn.Linear(4, 2)
    assert torch.equal(ss.attribute(model, SERIES[:, 0], target), ss.attribute(model, SERIES[:, 0], 1))


def test_truth_values_are_no_categories():
    for target in (torch.tensor([True, False, True, False]), [True] * 4, np.array([1.0] * 4)):
        with pytest.raises(BadRequest):
            ss.attribute(nn.Linear(4, 2), SERIES[:, 0], target)


def test_numbers_of_numpy_are_baselines_cutoffs_and_counts():
    pictures = torch.randn(2, 1, 9, 9, generator=torch.Generator().manual_seed(1))
    model = nn.Sequential(nn.Flatten(), nn.Linear(81, 2), nn.Tanh())
    for ours, plain in (
        ({"method": "integrated_gradients", "baselines": np.float64(0.5)}, {"baselines": 0.5}),
        ({"method": "integrated_gradients", "baselines": torch.tensor(0.5)}, {"baselines": 0.5}),
        ({"method": "saliency", "low_pass": np.float64(3)}, {"low_pass": 3}),
        ({"method": "smoothgrad", "n": np.int64(3)}, {"n": 3}),
        ({"method": "occlusion", "window": np.int64(3)}, {"window": 3}),
    ):
        found = ss.attribute(model, pictures, 1, **ours)
        assert torch.equal(found, ss.attribute(model, pictures, 1, **{**ours, **plain}))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"internal_batch_size": 2.5}, "internal_batch_size=2.5"),
        ({"range": (0,)}, r"range=\(0,\)"),
        ({"range": 1}, "range=1;"),
        ({"method": "smoothgrad", "sample_ids": ["a"]}, "1 sample ids for 4"),
        ({"method": "occlusion", "window": 2.5}, "window=2.5"),
        ({"method": "wam_saliency", "channels": "loudest"}, "channels='loudest'; it is one of sum_of_abs"),
    ],
)
def test_options_that_cannot_be_are_told(options, words):
    with pytest.raises(BadRequest, match=words):
        ss.attribute(nn.Sequential(nn.Flatten(), nn.Linear(28, 2)), SERIES, 1, **options)


class Gradients:
    """As another tool's method: the weights of a linear model, whatever the inputs are."""

    def __init__(self, weight):
        self.weight = weight

    def attribute(self, inputs, target):
        return self.weight[target].reshape(inputs.shape[1:]).expand_as(inputs).clone()


def test_what_is_asked_beside_another_tools_method_is_done_or_refused():
    pictures = torch.zeros(2, 1, 8, 8)
    board = (1 - 2 * ((torch.arange(8)[:, None] + torch.arange(8)) % 2)).float()
    method = Gradients(torch.stack([board.flatten(), 1 + board.flatten()]))
    low = ss.attribute(nn.Identity(), pictures, 1, method=method, low_pass=2)
    torch.testing.assert_close(low, torch.ones(2, 1, 8, 8))  # the board is of the highest frequency
    with pytest.raises(BadRequest, match="starts at 1"):
        ss.attribute(nn.Identity(), pictures, 1, method=method, range=(1, 2))
    for further in ({"layer": "0"}, {"return_convergence_delta": True}, {"sample_ids": ["a", "b"]}):
        with pytest.raises(BadRequest, match=next(iter(further))):
            ss.attribute(nn.Identity(), pictures, 1, method=method, **further)
    with pytest.raises(BadRequest, match=r"an object with \.attribute"):
        ss.attribute(nn.Identity(), pictures, 1, method=Gradients)


def test_tokens_of_a_series_are_a_series_and_other_axes_are_told():
    torch.manual_seed(0)
    assert ss.attribute(Tokens(), SERIES[:, :4, :4], 1, method="grad_cam").shape == (4, 4, 4)
    assert ss.attribute(Tokens(), SERIES.transpose(1, 2), 1, method="grad_cam").shape == (4, 4, 7)
    flat = nn.Sequential(nn.Flatten(2), nn.Conv1d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten())
    with pytest.raises(LayerError, match="1 axes of places and the inputs 2"):
        ss.attribute(flat, torch.randn(2, 3, 5, 5), 1, method="grad_cam")


class Branches(nn.Module):
    """A layer with a map that the output does not read, and one that it does."""

    def __init__(self):
        super().__init__()
        self.beside, self.read = nn.Conv2d(1, 2, 3), nn.Conv2d(1, 2, 3)

    def forward(self, x):
        self.beside(x)
        return self.read(x).mean((2, 3))


def test_the_next_layer_that_reaches_the_target_is_named():
    pictures = torch.randn(2, 1, 6, 6, generator=torch.Generator().manual_seed(2))
    with pytest.raises(
        LayerError, match=r"category 1 cannot be reached from beside; .* reaches it is read\."
    ):
        ss.attribute(Branches(), pictures, 1, method="grad_cam", layer="beside")


class Endless(nn.Module):
    """Infinite for some samples, with the same gradient for all."""

    def forward(self, x):
        return x.sum(1) + torch.where(x[:, 0] > 0, 0.0, torch.inf).detach()


def test_a_value_that_is_not_finite_has_no_map_though_its_gradient_is():
    inputs = torch.tensor([[1.0, 2.0], [-1.0, 2.0]])
    with pytest.warns(UserWarning, match=r"samples \[1\] or their values are not finite"):
        found = ss.attribute(Endless(), inputs)
    torch.testing.assert_close(found[0], torch.ones(2))
    assert found[1].isnan().all()
