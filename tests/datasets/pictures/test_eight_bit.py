from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from shiftscope.datasets.pictures.eight_bit import eight_bit
from shiftscope.errors import DataError


def values(picture: Image.Image) -> list[list[int]]:
    return np.asarray(picture).reshape(-1, len(picture.getbands())).tolist()


def test_transparent_pixels_show_white_below() -> None:
    picture = Image.fromarray(np.array([[[255, 0, 0, 255], [255, 0, 0, 0], [0, 0, 0, 102]]], dtype=np.uint8))
    assert values(eight_bit(picture, "RGB")) == [[255, 0, 0], [255, 255, 255], [153, 153, 153]]


def test_transparent_gray_and_palette_pictures_too() -> None:
    gray = Image.fromarray(np.array([[[0, 255], [0, 0]]], dtype=np.uint8))
    assert gray.mode == "LA"
    assert values(eight_bit(gray, "L")) == [[0], [255]]
    palette = Image.new("P", (2, 1))
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.putpixel((1, 0), 1)
    palette.info["transparency"] = 1
    assert values(eight_bit(palette, "RGB")) == [[10, 20, 30], [255, 255, 255]]


def test_sixteen_bits_keep_their_range() -> None:
    picture = Image.fromarray(np.array([[0, 257 * 3, 32768, 65535]], dtype=np.uint16))
    assert values(eight_bit(picture, "L")) == [[0], [3], [128], [255]]  # 32768 / 257 = 127.5


def test_thirty_two_bits_with_values_of_sixteen_are_read_as_sixteen() -> None:
    assert values(eight_bit(Image.fromarray(np.array([[65535]], dtype=np.int32)), "L")) == [[255]]


def test_numbers_beyond_sixteen_bits_are_refused() -> None:
    with pytest.raises(DataError, match="whole numbers from 70000 to 70000; 16 bits end at 65535"):
        eight_bit(Image.fromarray(np.array([[70000]], dtype=np.int32)), "L")


def test_floating_point_is_refused() -> None:
    with pytest.raises(DataError, match="floating-point values, whose range is unknown"):
        eight_bit(Image.new("F", (2, 2)), "RGB")


def test_cmyk_and_one_bit() -> None:
    assert values(eight_bit(Image.new("CMYK", (1, 1), (0, 255, 255, 0)), "RGB")) == [[255, 0, 0]]
    assert values(eight_bit(Image.new("1", (1, 1), 1), "L")) == [[255]]


def test_a_mode_that_pillow_cannot_convert_is_refused() -> None:
    with pytest.raises(DataError, match="mode 'LAB'"):
        eight_bit(Image.new("LAB", (1, 1)), "L")
