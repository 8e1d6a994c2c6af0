"""Pictures from numbers: starts, round trips, what stands still."""

import math

import pytest
import torch

from shiftscope.explain.visualisation.canvas.canvas import Canvas
from shiftscope.explain.visualisation.canvas.colour import PHOTOGRAPHS, colour_matrix
from shiftscope.explain.visualisation.canvas.spectrum import falling, frequencies
from shiftscope.explain.visualisation.canvas.template import template
from shiftscope.explain.visualisation.parametrisation import parametrisations
from shiftscope.explain.visualisation.parametrisations.phase import phase, phases_of

SIZES = [(48, 48), (33, 40), (40, 57), (31, 31)]


def canvas(size, start=None, channels=3, seed=0):
    colour = colour_matrix(channels)
    return Canvas(
        (channels, *size),
        (0.0, 1.0),
        colour,
        lambda: template((channels, *size), colour),
        torch.Generator().manual_seed(seed),
        torch.float64,
        start=start,
    )


def seed_picture(size, channels=3):
    return torch.rand(channels, *size, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


@pytest.mark.parametrize("name", parametrisations)
@pytest.mark.parametrize("size", SIZES)
def test_every_way_starts_at_the_picture(name, size):
    start = seed_picture(size)
    on = canvas(size, start)
    drawn = on.picture(parametrisations[name](on).decorrelated())
    assert (
        float((drawn - start).detach().abs().max()) < 0.0025
    )  # half a step of 8 bits, and the gate at 0.9933


@pytest.mark.parametrize("size", SIZES)
def test_a_seed_keeps_its_magnitudes_while_phases_are_stepped(size):
    start = seed_picture(size)
    on = canvas(size, start)
    picture = phases_of(on, gated=False)
    before = torch.fft.rfft2(on.numbers(start)).abs()
    optimiser = torch.optim.NAdam(picture.variables, lr=1.0)
    pull = torch.randn(3, *size, dtype=torch.float64)
    for _ in range(10):
        optimiser.zero_grad()
        (-(picture.decorrelated() * pull).sum()).backward()
        optimiser.step()
    torch.testing.assert_close(torch.fft.rfft2(picture.decorrelated()).abs(), before, rtol=1e-10, atol=1e-10)


def test_a_seed_whose_real_bins_are_negative_comes_back():
    dark = 0.2 * seed_picture((16, 16))  # its mean, the first bin, is below the middle
    on = canvas((16, 16), dark)
    assert float(torch.fft.rfft2(on.numbers(dark)).real[0, 0, 0]) < 0
    torch.testing.assert_close(phases_of(on, gated=False).decorrelated(), on.numbers(dark))


@pytest.mark.parametrize("size", [(64, 64), (63, 40)])
def test_maco_holds_the_template_up_to_one_factor_after_steps(size):
    on = canvas(size)
    picture = phase(on)
    optimiser = torch.optim.NAdam(picture.variables, lr=1.0)
    pull = torch.randn(3, *size, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    for _ in range(50):
        optimiser.zero_grad()
        (-(picture.decorrelated() * pull).sum()).backward()
        optimiser.step()
    ratio = torch.fft.rfft2(picture.decorrelated()).abs() / on.template()
    ratio[:, 0, 0] = ratio[0, 1, 1]  # without the means, which are taken off
    torch.testing.assert_close(ratio, ratio[0, 1, 1].expand_as(ratio), rtol=1e-11, atol=0)


def test_the_largest_value_of_a_linear_unit_is_reached():
    size = (32, 32)
    on = canvas(size, channels=1)
    pull = torch.randn(1, *size, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    picture = phase(on)
    optimiser = torch.optim.NAdam(picture.variables, lr=0.3)
    for _ in range(30):
        optimiser.zero_grad()
        (-(picture.decorrelated() * pull).sum()).backward()
        optimiser.step()
    weights = torch.full((17,), 2.0, dtype=torch.float64)
    weights[0] = weights[16] = 1  # columns that stand for themselves alone
    power = on.template()[0].square()
    power[0, 0] = 0
    deviation = float(((weights * power).sum() / 32**4 * 32**2 / (32**2 - 1)).sqrt())
    strength = weights * on.template()[0] * torch.fft.rfft2(pull[0]).abs()
    strength[0, 0] = 0
    largest = float(strength.sum()) / 32**2 / (deviation + 1e-4)
    reached = float((picture.decorrelated() * pull).sum().detach())
    assert 0.98 * largest <= reached <= largest * (1 + 1e-9)


def test_a_unit_that_is_one_wave_gets_its_phase():
    size = (32, 32)
    on = canvas(size, channels=1)
    rows, columns = torch.meshgrid(*[torch.arange(32, dtype=torch.float64)] * 2, indexing="ij")
    wave = torch.cos(2 * math.pi * (3 * rows + 5 * columns) / 32 + 0.7)
    picture = phase(on)
    optimiser = torch.optim.NAdam(picture.variables, lr=0.1)
    for _ in range(120):
        optimiser.zero_grad()
        (-(picture.decorrelated() * wave).sum()).backward()
        optimiser.step()
    found = torch.fft.rfft2(picture.decorrelated()[0]).angle()[3, 5]
    assert abs(float(found.detach()) - 0.7) < 0.05


def test_the_start_in_fourier_has_the_power_of_photographs():
    size = (256, 256)
    on = canvas(size, channels=1)
    power = torch.fft.rfft2(parametrisations["fourier"](on).decorrelated()[0].detach()).abs().square()
    radius = frequencies(*size)
    inside = (radius > 4 / 256) & (radius < 0.4)
    x, y = radius[inside].log(), power[inside].log()
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum())
    assert abs(slope + 2) < 0.1


def test_colours_of_photographs_where_there_are_no_pictures():
    torch.testing.assert_close(colour_matrix(3), torch.tensor(PHOTOGRAPHS, dtype=torch.float64))
    assert colour_matrix(1).tolist() == [[1.0]]
    torch.testing.assert_close(colour_matrix(7), torch.eye(7, dtype=torch.float64))


def test_colours_of_pictures_are_the_root_of_their_covariance():
    mixing = torch.tensor([[1.0, 0.5, 0.0], [0.0, 1.0, 0.3], [0.2, 0.0, 0.6]], dtype=torch.float64)
    white = torch.randn(40, 3, 16, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    pictures = torch.einsum("nkhw,kc->nchw", white, mixing)
    found = colour_matrix(3, pictures)
    flat = pictures.movedim(1, -1).reshape(-1, 3).numpy()
    import numpy as np
    from scipy.linalg import sqrtm

    root = sqrtm(np.cov(flat.T, bias=True)).real
    np.testing.assert_allclose(found, root / np.linalg.norm(root, axis=0).max(), rtol=1e-8)


def test_a_template_of_pictures_is_their_mean_magnitude():
    pictures = torch.rand(33, 1, 12, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = template((1, 12, 10), torch.ones(1, 1), pictures)
    slow = torch.stack([torch.fft.rfft2(each - pictures.mean()).abs() for each in pictures]).mean(0)
    torch.testing.assert_close(found, slow)
    torch.testing.assert_close(template((1, 12, 10), torch.ones(1, 1), pictures[:31])[0], falling(12, 10))
