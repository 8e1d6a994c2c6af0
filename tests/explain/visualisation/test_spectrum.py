"""Half spectra: exact magnitudes for free phases, templates at other sizes."""

import pytest
import torch

from shiftscope.explain.visualisation.parametrisations.phase import turned
from shiftscope.explain.visualisation.spectrum import even_part, falling, odd_change

SIZES = [(64, 64), (63, 63), (48, 65), (65, 48), (40, 57), (64, 63)]


@pytest.mark.parametrize("size", SIZES)
def test_magnitudes_are_exact_whatever_the_phases_change(size):
    rng = torch.Generator().manual_seed(0)
    noise = torch.randn(3, *size, generator=rng, dtype=torch.float64)
    phases = torch.fft.rfft2(noise).angle()
    magnitude = falling(*size).expand(3, -1, -1)
    change = 3 * torch.randn(phases.shape, generator=rng, dtype=torch.float64)
    picture = turned(magnitude, phases, change, size[1])
    torch.testing.assert_close(torch.fft.rfft2(picture).abs(), magnitude, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", SIZES)
def test_a_change_that_is_not_odd_would_lose_magnitude(size):
    # The control: with free phases in the first column the magnitude there is r |cos((a + b) / 2)|.
    rng = torch.Generator().manual_seed(1)
    magnitude = falling(*size)
    phases = torch.randn(magnitude.shape, generator=rng, dtype=torch.float64)
    found = torch.fft.rfft2(torch.fft.irfft2(torch.polar(magnitude, phases), s=size)).abs()
    opposite = phases.flip(0).roll(1, 0)
    lost = magnitude * torch.cos((phases + opposite) / 2).abs()
    torch.testing.assert_close(found[:, 0], lost[:, 0], rtol=0, atol=1e-12 * float(magnitude.max()))
    assert (1 - found[:, 0] / magnitude[:, 0]).median() > 0.02


def test_odd_changes_of_a_column_of_its_own_by_hand():
    change = torch.tensor([[1.0, 5.0, 2.0], [3.0, 6.0, 0.0], [7.0, 8.0, 4.0]])  # 3 rows, 4 columns wide
    # Row 0 is opposite to itself, rows 1 and 2 to each other; the middle column is free.
    expected = torch.tensor([[0.0, 5.0, 0.0], [-2.0, 6.0, -2.0], [2.0, 8.0, 2.0]])
    torch.testing.assert_close(odd_change(change, 4), expected)
    torch.testing.assert_close(odd_change(change, 5)[:, 2], change[:, 2])  # an odd width has no last one


def test_the_even_part_keeps_what_a_picture_has():
    picture = torch.randn(2, 9, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    magnitude = torch.fft.rfft2(picture).abs()
    torch.testing.assert_close(even_part(magnitude, 12), magnitude)
