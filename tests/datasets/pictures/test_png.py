"""PNG files of our own, opened by Pillow."""

import io

import numpy as np
import pytest
from PIL import Image

from shiftscope.datasets.pictures.png import encode_png


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 7, 3), (28, 28, 1), (5, 1, 3), (32, 40, 3)])
def test_every_pixel_is_kept(shape):
    pictures = np.random.default_rng(0).integers(0, 256, (4, *shape), np.uint8)
    pictures[0] = 0
    files = encode_png(pictures)
    assert len(files) == 4
    for file, pixels in zip(files, pictures, strict=True):
        with Image.open(io.BytesIO(file), formats=["PNG"]) as picture:
            assert picture.mode == ("L" if shape[2] == 1 else "RGB")
            np.testing.assert_array_equal(np.asarray(picture).reshape(shape), pixels)


def test_pictures_that_lie_apart_in_memory_are_the_same():
    planes = np.random.default_rng(0).integers(0, 256, (3, 3, 6, 5), np.uint8)
    pictures = planes.transpose(0, 2, 3, 1)
    assert encode_png(pictures) == encode_png(np.ascontiguousarray(pictures))


def test_a_smooth_picture_takes_little_room():
    ramp = np.add.outer(np.arange(32), np.arange(32)).astype(np.uint8)
    [file] = encode_png(np.stack([ramp] * 3, axis=2)[None])
    assert len(file) < 300


def test_no_pictures_are_no_files():
    assert encode_png(np.zeros((0, 4, 4, 3), np.uint8)) == []
