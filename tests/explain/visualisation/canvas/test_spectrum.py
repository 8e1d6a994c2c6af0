"""Half spectra: exact magnitudes for free phases, templates at other sizes."""

import pytest
import torch

from shiftscope.explain.visualisation.canvas.spectrum import (
    even_part,
    falling,
    frequencies,
    odd_change,
    resampled,
)
from shiftscope.explain.visualisation.parametrisations.phase import turned

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


def waves(rows, columns, middle=7.0):
    """(row, half column) magnitudes that are straight lines between the bins of 8 x 10 pictures."""
    down = torch.fft.fftfreq(rows, dtype=torch.float64)[:, None].abs()
    across = torch.fft.rfftfreq(columns, dtype=torch.float64)[None]
    found = 3 - 4 * down + 2 * across
    found[0, 0] = middle
    return found


@pytest.mark.parametrize("size", [(16, 20), (8, 10), (24, 30), (12, 10), (4, 5)])
def test_magnitudes_on_straight_lines_are_exact_at_any_other_size(size):
    # Frequencies of the new size that lie next to 0, where a line has no value, are left out.
    found, expected = resampled(waves(8, 10), 10, size), waves(*size)
    down = torch.fft.fftfreq(size[0], dtype=torch.float64)[:, None].abs()
    across = torch.fft.rfftfreq(size[1], dtype=torch.float64)[None]
    away = (down >= 1 / 8 - 1e-12) | (across >= 1 / 10 - 1e-12)
    torch.testing.assert_close(found[away], expected[away])
    assert found[0, 0] == 7


@pytest.mark.parametrize("size", [(12, 16), (9, 16), (12, 15), (18, 32)])
def test_a_resampled_magnitude_is_one_that_a_picture_can_have(size):
    picture = torch.randn(2, 6, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    magnitude = torch.fft.rfft2(picture).abs()
    found = resampled(magnitude, 8, size)
    torch.testing.assert_close(even_part(found, size[1]), found)
    phases = torch.fft.rfft2(
        torch.randn(2, *size, generator=torch.Generator().manual_seed(1)).double()
    ).angle()
    drawn = torch.fft.rfft2(torch.fft.irfft2(torch.polar(found, phases), s=size)).abs()
    torch.testing.assert_close(drawn, found, rtol=1e-12, atol=1e-12)
    if size == (12, 16):  # every bin of the smaller picture is one of the larger
        torch.testing.assert_close(found[:, ::2, ::2], magnitude)


def test_a_spectrum_that_falls_with_frequency_does_so_at_any_size():
    found, expected = resampled(falling(48, 48), 48, (64, 80)), falling(64, 80)
    far = frequencies(64, 80) > 0.1
    torch.testing.assert_close(found[far], expected[far], rtol=0.02, atol=0)
