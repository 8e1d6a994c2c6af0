"""Tests of the gradient around modules that downsample."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from shiftscope.errors import LayerError
from shiftscope.explain.attribution.downsampling.around_modules import downsampling
from shiftscope.explain.attribution.downsampling.shares import DownsamplingQuestion, DownsamplingShares
from shiftscope.explain.attribution.numbers.spectra import high_frequency_share


def convnet(pool: type[nn.Module], seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for place, (narrow, wide) in enumerate([(3, 16), (16, 32), (32, 64)]):
        layers += [nn.Conv2d(narrow, wide, 3, padding=1), nn.ReLU()] + ([pool(2)] if place < 2 else [])
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)).eval()


def one_over_f(samples: int, side: int, seed: int) -> torch.Tensor:
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None])
    noise = np.random.default_rng(seed).normal(size=(samples, 3, side, side))
    spectrum = np.fft.fft2(noise) / np.maximum(frequency, 1 / side)
    pictures = np.fft.ifft2(spectrum).real
    return torch.from_numpy((pictures / pictures.std()).astype(np.float32))


@pytest.mark.parametrize("seed", range(3))
def test_max_pooling_lets_higher_frequencies_into_the_gradient_than_average_pooling(seed: int) -> None:
    inputs, shares = one_over_f(8, 32, seed), {}
    for pool in (nn.MaxPool2d, nn.AvgPool2d):
        model = convnet(pool, seed)
        found = downsampling(model, inputs, lambda shown, model=model: model(shown)[:, 0])
        assert [(each.module, each.size, each.size_behind) for each in found] == [
            ("2", (32, 32), (16, 16)),
            ("5", (16, 16), (8, 8)),
        ]
        shares[pool] = found[0].before.mean()
    assert shares[nn.MaxPool2d] - shares[nn.AvgPool2d] > 0.1


def test_shares_are_those_of_gradients_at_the_modules_own_ends() -> None:
    model, inputs = convnet(nn.MaxPool2d, 0), one_over_f(2, 32, 0)
    (first, _) = downsampling(model, inputs, lambda shown: model(shown)[:, 3])
    entering = model[:2](inputs).detach().requires_grad_()
    leaving = model[2](entering)
    leaving.retain_grad()
    model[3:](leaving)[:, 3].sum().backward()
    for found, gradient in ((first.before, entering.grad), (first.after, leaving.grad)):
        assert gradient is not None
        spectrum = np.abs(np.fft.fft2(gradient.numpy().astype(np.float64))) ** 2
        spectrum[..., 0, 0] = 0
        radius = np.hypot(*np.meshgrid(*[np.fft.fftfreq(gradient.shape[-1])] * 2))
        expected = spectrum[..., radius > 0.25].sum(axis=(1, 2)) / spectrum.sum(axis=(1, 2, 3))
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_shortcut_around_a_module_is_no_part_of_its_gradient() -> None:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.down = nn.AvgPool2d(2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.down(x).sum((1, 2, 3)) + (torch.arange(8.0) * x).sum((1, 2, 3))

    model = Block()
    found = downsampling(model, torch.rand(2, 1, 8, 8), model)
    assert np.isnan(found[0].before).all()  # the same everywhere: pooling by the mean alone


def test_a_table_has_the_mean_difference_with_its_interval() -> None:
    model = convnet(nn.MaxPool2d, 1)
    found = downsampling(model, one_over_f(6, 32, 1), lambda shown: model(shown)[:, 0])
    shares = DownsamplingShares(DownsamplingQuestion("lab", "logits", 0), np.arange(6), found)
    table = shares.table().set_index("module")
    gains = found[1].gain
    half = 1.959964 * gains.std(ddof=1) / np.sqrt(6)
    np.testing.assert_allclose(
        table.loc["5", ["gain", "gain_low", "gain_high"]].astype(float),
        [gains.mean(), gains.mean() - half, gains.mean() + half],
        rtol=1e-5,
    )


def test_the_model_is_handed_back_as_it_came_also_after_an_error() -> None:
    model = convnet(nn.MaxPool2d, 0).train()

    def broken(shown: torch.Tensor) -> torch.Tensor:
        model(shown)
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        downsampling(model, torch.rand(1, 3, 16, 16), broken)
    assert model.training
    assert all(each.requires_grad and each.grad is None for each in model.parameters())
    assert not any(each._forward_hooks or each._forward_pre_hooks for each in model.modules())


def test_a_model_without_downsampling_says_so() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    with pytest.raises(LayerError, match="no module on the way"):
        downsampling(model, torch.rand(1, 1, 8, 8), lambda shown: model(shown)[:, 0])


def test_channels_count_together() -> None:
    maps = np.random.default_rng(0).normal(size=(2, 3, 8, 8))
    power = [np.abs(np.fft.fft2(each)) ** 2 for each in maps]
    radius = np.hypot(*np.meshgrid(*[np.fft.fftfreq(8)] * 2))
    expected = [p[:, radius > 0.25].sum() / p[:, radius > 0].sum() for p in power]
    np.testing.assert_allclose(high_frequency_share(maps, channels=True), expected, rtol=1e-12)
