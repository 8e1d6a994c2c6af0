from __future__ import annotations

import io
import json

import numpy as np
import pytest
import torch
from PIL import Image

from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.pictures.thumbnails import encode_thumbnail
from shiftscope.errors import BadRequest, DataError


def image(rows: int = 5, columns: int = 7, seed: int = 0) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), dtype=np.uint8))


def test_nothing_asked_gives_values_from_0_to_1() -> None:
    picture = Image.fromarray(np.array([[[0, 51, 255]]], dtype=np.uint8))
    given = Preprocess()(picture)
    assert given.dtype == torch.float32
    assert given.shape == (3, 1, 1)
    np.testing.assert_array_equal(given.ravel(), np.float32([0, 0.2, 1]))


def test_mean_and_std_as_torchvision_applies_them() -> None:
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    given = Preprocess(mean=mean, std=std)(image())
    # torchvision: to_tensor divides by 255, normalize subtracts and divides, all in float32
    plain = torch.from_numpy(np.array(image())).permute(2, 0, 1).float().div(255)
    expected = plain.sub(torch.tensor(mean)[:, None, None]).div(torch.tensor(std)[:, None, None])
    assert torch.equal(given, expected)
    assert given.is_contiguous()


def test_a_caffe_model_gets_bytes_minus_a_mean_in_its_own_channel_order() -> None:
    picture = Image.fromarray(np.array([[[200, 100, 50]]], dtype=np.uint8))
    given = Preprocess(scale=255.0, channels="bgr", mean=(104, 117, 123))(picture)
    np.testing.assert_array_equal(given.ravel(), [50 - 104, 100 - 117, 200 - 123])


def test_every_byte_survives_a_scale_of_255() -> None:
    picture = Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16))
    given = Preprocess(scale=255.0, channels="gray")(picture)
    np.testing.assert_array_equal(given.ravel(), np.arange(256))


def test_gray_is_luma() -> None:
    picture = Image.fromarray(np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], dtype=np.uint8))
    given = Preprocess(scale=255.0, channels="gray")(picture)
    np.testing.assert_array_equal(given, [[[76, 150, 29]]])  # 0.299, 0.587, 0.114


@pytest.mark.parametrize(
    ("rows", "columns", "resize", "expected"),
    [(100, 200, 50, (50, 100)), (200, 100, 50, (100, 50)), (100, 33, 10, (30, 10)), (8, 8, (3, 6), (3, 6))],
)
def test_resize_takes_the_shorter_side_or_an_exact_size(rows, columns, resize, expected) -> None:
    assert Preprocess(resize=resize)(image(rows, columns)).shape == (3, *expected)


def test_halving_by_a_bilinear_filter_against_plain_arithmetic() -> None:
    row = np.array([[0, 0, 0, 160, 80, 160, 240, 16]], dtype=np.uint8)
    picture = Preprocess(resize=(1, 4), channels="gray").picture(Image.fromarray(row))
    # Twice as wide a triangle weighs the four nearest values 1 3 3 1; at an edge one of them is missing.
    expected = [0, (3 * 160 + 80) / 8, (160 + 3 * 80 + 3 * 160 + 240) / 8, (160 + 3 * 240 + 3 * 16) / 7]
    np.testing.assert_allclose(np.asarray(picture)[0], expected, atol=0.5)


@pytest.mark.parametrize(("name", "pillow"), [("bilinear", 2), ("bicubic", 3), ("nearest", 0)])
def test_interpolation_is_pillow_s(name, pillow) -> None:
    picture = Preprocess(resize=(3, 4), interpolation=name).picture(image())
    np.testing.assert_array_equal(np.asarray(picture), np.asarray(image().resize((4, 3), pillow)))


def test_the_crop_is_central_and_rounds_halves_to_even() -> None:
    values = np.arange(5 * 7, dtype=np.uint8).reshape(5, 7)
    picture = Preprocess(crop=(2, 4), channels="gray").picture(Image.fromarray(values))
    # (5 - 2) / 2 = 1.5 -> row 2; (7 - 4) / 2 = 1.5 -> column 2
    np.testing.assert_array_equal(np.asarray(picture), values[2:4, 2:6])


def test_the_input_is_made_from_the_picture_that_is_shown() -> None:
    preprocess = Preprocess(resize=4, crop=3, mean=0.5, std=0.25)
    shown = np.asarray(preprocess.picture(image())).transpose(2, 0, 1)
    expected = (shown / np.float32(255) - np.float32(0.5)) / np.float32(0.25)
    np.testing.assert_array_equal(preprocess(image()), expected)


def test_a_crop_larger_than_the_picture_is_refused() -> None:
    with pytest.raises(DataError, match=r"crop of 6 x 6 from an image of 5 x 7 .*resize=6"):
        Preprocess(crop=6)(image())


def test_a_picture_taken_on_its_side_is_not_turned_for_the_model_nor_in_its_thumbnail(tmp_path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn to the right shows it upright
    Image.fromarray(np.array([[10, 200]], dtype=np.uint8)).save(tmp_path / "turned.png", exif=exif)
    with Image.open(tmp_path / "turned.png") as picture:
        given, shown, _ = Preprocess(channels="gray").show(picture)
    np.testing.assert_allclose(255 * given.numpy(), [[[10, 200]]])
    with Image.open(io.BytesIO(encode_thumbnail(shown))) as thumbnail:
        np.testing.assert_array_equal(np.asarray(thumbnail), [[10, 200]])
        assert not thumbnail.getexif()  # which a browser would turn it by


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channels": "rbg"}, "no channels 'rbg'; closest: 'rgb'"),
        ({"interpolation": "linear"}, "closest: 'bilinear'"),
        ({"resize": 0}, "resize=0; it takes a number of pixels"),
        ({"crop": (3, 4, 5)}, r"crop=\(3, 4, 5\)"),
        ({"mean": (0.5, 0.5)}, "mean has 2 values for the 3 channels"),
        ({"mean": "imagenet"}, "mean='imagenet'; it takes numbers"),
        ({"std": (0.2, 0.0, 0.2)}, "every value has to be positive"),
        ({"scale": 0}, "scale=0; it has to be positive"),
        ({"scale": float("nan")}, "it has to be positive"),
    ],
)
def test_options_out_of_range_are_refused(options, message) -> None:
    with pytest.raises(BadRequest, match=message):
        Preprocess(**options)


def test_its_description_makes_it_again() -> None:
    preprocess = Preprocess(resize=(8, 9), crop=4, mean=np.array([0.1, 0.2, 0.3]), std=[1, 2, 3], scale=255.0)
    assert Preprocess(**json.loads(json.dumps(preprocess.describe()))) == preprocess
