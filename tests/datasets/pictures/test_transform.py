"""Functions from a picture to an input."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from shiftscope.datasets.pictures.transform import Transform
from shiftscope.datasets.source import as_dataset
from shiftscope.errors import BadRequest, DataError

PIXELS = np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3)


def plain(picture: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.asarray(picture).copy()).permute(2, 0, 1) / 255


class Normalize:
    mean, std = (0.5, 0.25, 0.0), (0.5, 0.5, 0.5)

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        return (values - torch.tensor(self.mean).reshape(3, 1, 1)) / torch.tensor(self.std).reshape(3, 1, 1)


class Chain:
    def __init__(self, *transforms: Any) -> None:
        self.transforms = list(transforms)

    def __call__(self, value: Any) -> Any:
        for each in self.transforms:
            value = each(value)
        return value


def test_a_chain_that_normalises_last_is_drawn_and_shifted_before_that() -> None:
    dataset = as_dataset(PIXELS, transform=Chain(plain, Normalize()))
    sample = dataset[1]
    np.testing.assert_array_equal(np.asarray(sample.picture), PIXELS[1])
    np.testing.assert_allclose(sample.pixels.read(), PIXELS[1] / 255, atol=1e-7)
    np.testing.assert_array_equal(sample.pixels.to_input(sample.pixels.read()), sample.input)
    expected = (PIXELS[1].transpose(2, 0, 1) / 255 - np.reshape(Normalize.mean, (3, 1, 1))) / 0.5
    np.testing.assert_allclose(sample.input, expected, atol=1e-6)


def test_its_identity_is_what_it_gives() -> None:
    one, again, two = map(
        Transform, (plain, lambda picture: plain(picture), lambda picture: plain(picture) * 2)
    )
    assert one.digest == again.digest != two.digest
    assert one.name.endswith("test_transform.plain")
    assert (
        as_dataset(PIXELS, preprocess=one).fingerprint() != as_dataset(PIXELS, preprocess=two).fingerprint()
    )


def test_files_are_given_in_rgb_as_torchvision_does(tmp_path) -> None:
    Image.fromarray(PIXELS[0, :, :, 0]).save(tmp_path / "gray.png")
    dataset = as_dataset({"path": [str(tmp_path / "gray.png")]}, transform=plain)
    np.testing.assert_array_equal(dataset[0].input[2], dataset[0].input[0])


def test_a_picture_that_it_does_not_take_is_that_sample_s_error() -> None:
    def large(picture: Image.Image) -> torch.Tensor:
        if picture.width < 32:
            raise ValueError("too small")
        return plain(picture)

    with pytest.raises(DataError, match="picture 0 cannot be read: ValueError: too small"):
        as_dataset([Image.fromarray(PIXELS[0])], transform=large)[0]


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (3, BadRequest, "transform=3; it takes a function"),
        (lambda picture: picture, DataError, "gives Image; it has to give a tensor"),
        (lambda picture: plain(picture)[None], DataError, r"shape \(1, 3, 240, 320\).*without the batch"),
        (lambda picture: plain(picture) + random.random(), DataError, "something else each time"),
        (lambda picture: 1 / 0, DataError, "takes no RGB picture .*ZeroDivisionError"),
    ],
)
def test_what_is_no_transform_is_refused(function, error, message) -> None:
    with pytest.raises(error, match=message):
        as_dataset(PIXELS, transform=function)


def test_floats_take_none() -> None:
    with pytest.raises(DataError, match="a transform takes pictures, bytes uint8"):
        as_dataset(PIXELS.transpose(0, 3, 1, 2) / np.float32(255), transform=plain)
