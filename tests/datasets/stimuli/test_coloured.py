from __future__ import annotations

import numpy as np
import pytest
import torch

from shiftscope.datasets.stimuli.coloured import colour, coloured, palettes
from shiftscope.errors import BadRequest, ShapeError

# The pixels of the pictures that the experiment's authors published.
STORED = {
    "coloured": "22ffb5 ff3b37 ff6315 6597ff a7b4ff ff1880 82e8ff ffa017 ffcc83 66c9ff",
    "arbitrary": "ff6afc 74ff59 30ff10 9c85ff 34ffb5 2fc1ff abff2d 94ff29 ffb6dd ddfaff",
    "drifted": "00b970 b90000 b91d00 1f52b9 626fb9 b9003b 3ca3b9 b95b00 b9873e 2084b9",
}


def stored(name: str) -> list[str]:
    """A palette as whole bytes, cut off as the authors' conversion did."""
    return [bytes(row).hex() for row in (palettes[name] * 255).astype(np.uint8)]


@pytest.mark.parametrize("name", STORED)
def test_palettes_are_the_published_ones(name: str) -> None:
    assert stored(name) == STORED[name].split()


def test_the_permuted_palette_has_the_same_colours_on_other_digits() -> None:
    colours = STORED["coloured"].split()
    assert stored("permuted") == [colours[digit] for digit in (2, 5, 3, 0, 9, 8, 7, 4, 6, 1)]


def test_the_threshold_is_the_experiment_s() -> None:
    raw = torch.arange(256, dtype=torch.uint8)
    normalised = (raw.float() / 255 - 0.1307) / 0.3081
    foreground = colour(raw.numpy().reshape(1, 16, 16), np.array([0]), np.ones((1, 3)))[0, 0].ravel()
    np.testing.assert_array_equal(foreground == 1, (normalised * 255 > 150).numpy())
    assert foreground[79] == 0
    assert foreground[80] == 1


def test_foreground_has_the_colour_of_its_class_on_black() -> None:
    images = np.array([[[0, 255]], [[200, 10]]], dtype=np.uint8)
    painted = colour(images, np.array([3, 0]), "coloured")
    assert painted.dtype == np.float32
    np.testing.assert_array_equal(painted[0, :, 0], np.float32([[0, 0.3963379], [0, 0.59521337], [0, 1]]))
    np.testing.assert_array_equal(painted[1, :, 0], np.float32([[0.13710051, 0], [1, 0], [0.71222024, 0]]))


def test_another_threshold() -> None:
    painted = colour(np.array([[[127, 128]]], dtype=np.uint8), np.array([0]), np.ones((1, 3)), threshold=128)
    np.testing.assert_array_equal(painted[0, 0], [[0, 1]])


def test_a_set_of_digits_shows_what_the_network_gets() -> None:
    sample = coloured(np.full((2, 3, 3), 255, np.uint8), np.array([1, 2]), "drifted")[1]
    assert (sample.id, sample.label) == ("1", 2)
    np.testing.assert_allclose(np.asarray(sample.picture)[0, 0], palettes["drifted"][2] * 255, atol=0.5)


@pytest.mark.parametrize(
    ("images", "labels", "palette", "message"),
    [
        (np.zeros((2, 3, 3), np.uint8), [0], "coloured", "and a label each"),
        (np.zeros((2, 3, 3)), [0, 0], "coloured", "it takes bytes"),
        (np.zeros((2, 3, 3), np.uint8), [0, 10], "coloured", "labels from 0 to 10 for a palette of 10"),
        (np.zeros((2, 3, 3), np.uint8), [0, -1], "coloured", "labels from -1"),
        (np.zeros((2, 3, 3), np.uint8), [0, 0], np.ones((10, 4)), r"a palette of shape \(10, 4\)"),
    ],
)
def test_what_does_not_fit_is_refused(images, labels, palette, message) -> None:
    with pytest.raises(ShapeError, match=message):
        colour(images, np.array(labels), palette)


def test_an_unknown_palette_is_refused() -> None:
    with pytest.raises(BadRequest, match="no palette 'permute'; closest: 'permuted'"):
        colour(np.zeros((1, 3, 3), np.uint8), np.array([0]), "permute")
