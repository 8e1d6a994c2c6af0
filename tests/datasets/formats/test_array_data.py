from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.errors import BadRequest, DataError

IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}


def test_bytes_of_each_layout_are_the_same_pictures(pixels: np.ndarray) -> None:
    last, first = ArrayData(pixels), ArrayData(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))
    for sample, other in zip(last, first, strict=True):
        assert torch.equal(sample.input, other.input)
        assert sample.picture.tobytes() == other.picture.tobytes() == pixels[int(sample.id)].tobytes()
    np.testing.assert_array_equal(last[2].input, pixels[2].transpose(2, 0, 1) / np.float32(255))


def test_gray_bytes_with_and_without_a_channel_axis(pixels: np.ndarray) -> None:
    gray = pixels[..., 0]
    inputs = [ArrayData(array)[1].input for array in (gray, gray[..., None], gray[:, None])]
    assert inputs[0].shape == (1, 5, 7)
    assert torch.equal(inputs[0], inputs[1])
    assert torch.equal(inputs[0], inputs[2])


@pytest.mark.parametrize(
    "preprocess",
    [
        Preprocess(**IMAGENET),
        Preprocess(channels="bgr", scale=255.0, mean=(104, 117, 123)),
        Preprocess(channels="gray", mean=0.1307, std=0.3081),
        Preprocess(resize=4, crop=3, **IMAGENET),
    ],
)
@pytest.mark.parametrize("gray", [False, True])
def test_bytes_are_preprocessed_exactly_as_pictures(
    pixels: np.ndarray, preprocess: Preprocess, gray: bool
) -> None:
    array = np.ascontiguousarray(pixels[..., 0]) if gray else pixels
    for sample, one in zip(ArrayData(array, preprocess=preprocess), array, strict=True):
        assert torch.equal(sample.input, preprocess(Image.fromarray(one)))
        assert sample.input.is_contiguous()


def test_floats_are_the_model_s_input_already(pixels: np.ndarray) -> None:
    values = np.random.default_rng(0).normal(size=(3, 3, 4, 5))
    dataset = ArrayData(values)
    np.testing.assert_array_equal(dataset[1].input, values[1].astype(np.float32))
    assert dataset[1].input.dtype == torch.float32


def test_floats_from_0_to_1_are_drawn_as_they_are() -> None:
    values = np.array([0, 0.2, 0.5, 1]).reshape(1, 1, 2, 2)
    dataset = ArrayData(values)
    np.testing.assert_array_equal(np.asarray(dataset[0].picture), [[0, 51], [128, 255]])
    assert dataset.describe()["pictures"] == "as they are"


def test_other_floats_are_drawn_from_smallest_to_largest() -> None:
    dataset = ArrayData(np.array([[-2, -1, 0, 3], [0, 1, 1, 1]], dtype=np.float32).reshape(2, 1, 2, 2))
    np.testing.assert_array_equal(np.asarray(dataset[0].picture), [[0, 51], [102, 255]])
    np.testing.assert_array_equal(np.asarray(dataset[1].picture), [[0, 255], [255, 255]])
    assert "smallest value" in dataset.describe()["pictures"]


def test_floats_from_0_to_1_can_be_normalised(pixels: np.ndarray) -> None:
    preprocess = Preprocess(**IMAGENET)
    values = pixels.transpose(0, 3, 1, 2) / np.float32(255)
    assert torch.equal(
        ArrayData(values, preprocess=preprocess)[3].input, ArrayData(pixels, preprocess=preprocess)[3].input
    )


def test_what_is_not_a_number_is_left_alone() -> None:
    values = np.full((1, 3, 2, 2), 0.5)
    values[0, 0, 0, 0] = np.nan
    sample = ArrayData(values)[0]
    assert torch.isnan(sample.input[0, 0, 0])
    np.testing.assert_array_equal(np.asarray(sample.picture)[0, 0], [0, 128, 128])


def test_features_have_no_picture() -> None:
    sample = ArrayData(np.arange(6.0).reshape(2, 3))[1]
    assert sample.picture is None
    np.testing.assert_array_equal(sample.input, np.float32([3, 4, 5]))
    assert ArrayData(np.arange(6).reshape(2, 3))[1].input.dtype == torch.int64


def test_many_channels_have_no_picture() -> None:
    assert ArrayData(np.zeros((2, 5, 4, 4)))[0].picture is None


def test_torch_tensors_of_any_float() -> None:
    values = torch.linspace(0, 1, 12, requires_grad=True).reshape(1, 3, 2, 2)
    np.testing.assert_array_equal(ArrayData(values)[0].input, values[0].detach())
    np.testing.assert_array_equal(
        ArrayData(values.bfloat16())[0].input, values[0].detach().bfloat16().float()
    )


def test_labels_ids_and_metadata(pixels: np.ndarray) -> None:
    frame = pd.DataFrame({"size": np.arange(6), "place": list("uvwxyz")})
    labels = [0, "dog", None, -1, np.uint8(1), torch.tensor(0)]
    dataset = ArrayData(pixels, labels, ids=list("abcdef"), metadata=frame, categories=["cat", "dog"])
    assert [sample.label for sample in dataset] == [0, 1, -1, -1, 1, 0]
    assert [sample.id for sample in dataset] == list("abcdef")
    assert dataset[2].metadata == {"size": 2, "place": "w"}
    assert type(dataset[2].metadata["size"]) is int


@pytest.mark.parametrize(
    ("shape", "layout", "expected"),
    [((2, 3, 5, 3), "nhwc", (3, 3, 5)), ((2, 3, 5, 3), "nchw", (3, 5, 3)), ((2, 4, 5, 3), None, (3, 4, 5))],
)
def test_a_layout_is_taken_as_said(shape, layout, expected) -> None:
    assert ArrayData(np.zeros(shape, np.uint8), layout=layout)[0].input.shape == expected


def test_float_sequences_pass_as_they_are_when_said() -> None:
    assert ArrayData(np.zeros((2, 7, 4)), layout="features")[0].input.shape == (7, 4)
    assert ArrayData(np.zeros((2, 7, 4)), layout="nhw")[0].input.shape == (1, 7, 4)


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (np.zeros((2, 3, 5, 3), np.uint8), {}, "can have their channels first or last"),
        (np.zeros((2, 5, 5, 3)), {}, "can have their channels first or last"),
        (np.zeros((2, 7, 4)), {}, r'gray images or sequences. Say which: ss.dataset\(..., layout="nhw"\)'),
        (np.zeros((2, 4, 5, 4), np.uint8), {}, "can have their channels first or last"),
        (np.zeros((2, 4, 5, 4), np.uint8), {"layout": "nhwc"}, "with 4 channels; images have 1 or 3"),
        (
            np.zeros((2, 4, 5, 3), np.int64),
            {"layout": "nhwc"},
            r"images of type int64. .*astype\(np.uint8\)",
        ),
        (np.zeros((2, 4, 5)), {"layout": "nchw"}, "it has 3 axes"),
        (np.zeros(4), {}, "the first axis counts samples"),
        (np.zeros((0, 3, 4, 4)), {}, "holds no samples"),
        (np.zeros((2, 3), complex), {}, "a model takes numbers"),
        (np.zeros((2, 3)), {"preprocess": Preprocess()}, "holds no images; leave preprocess out"),
        (np.zeros((2, 3, 4, 4)), {"preprocess": Preprocess(resize=2)}, "cannot be resized"),
        (
            np.full((2, 3, 4, 4), 1.5),
            {"preprocess": Preprocess()},
            "from 1.5 to 1.5; preprocessing starts from 0..1",
        ),
        (np.zeros((2, 3, 4, 4)), {"preprocess": Preprocess(channels="gray")}, "with 3 channels; .* makes 1"),
        (np.zeros((2, 3)), {"labels": [0]}, r"labels of shape \(1,\) for 2 samples"),
        (np.zeros((2, 3)), {"labels": np.eye(2)}, r"One-hot rows become labels by labels.argmax\(-1\)"),
        (np.zeros((2, 3)), {"labels": [0.0, 1.0]}, "sample '0' has a label 0.0, of type float"),
        (np.zeros((2, 3)), {"labels": [0, "cat"]}, "sample '1' has the label 'cat', and nothing says which"),
        (np.zeros((2, 3)), {"labels": [0, -2]}, "sample '1' has the label -2"),
        (
            np.zeros((2, 3)),
            {"labels": np.array([0, 2]), "categories": ["a", "b"]},
            "label 2; there are 2 categories, 0 to 1",
        ),
        (
            np.zeros((2, 3)),
            {"labels": ["a", "a"], "categories": ["a", "a"]},
            "'a', a name of several categories",
        ),
        (np.zeros((2, 3)), {"ids": ["x", "x"]}, "samples 0 and 1 have the same id 'x'"),
        (np.zeros((2, 3)), {"ids": ["x"]}, "1 ids for 2 samples"),
        (np.zeros((2, 3)), {"metadata": {"size": [1]}}, "column 'size' has 1 values for 2 samples"),
        (np.zeros((2, 3)), {"categories": "cat"}, "it takes a list of names"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(images, options, message) -> None:
    with pytest.raises(DataError, match=message):
        ArrayData(images, **options)


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(BadRequest, match="no layout 'hwc'"):
        ArrayData(np.zeros((2, 4, 4, 3), np.uint8), layout="hwc")


def test_one_byte_changes_the_fingerprint(pixels: np.ndarray) -> None:
    before = ArrayData(pixels).fingerprint()
    pixels[3, 2, 1, 0] ^= 1
    assert ArrayData(pixels).fingerprint() != before


@pytest.mark.parametrize("known", [{"labels": [0] * 6}, {"ids": "abcdef"}, {"metadata": {"a": range(6)}}])
def test_what_is_known_of_samples_changes_the_fingerprint(pixels: np.ndarray, known: dict) -> None:
    assert ArrayData(pixels, **known).fingerprint() != ArrayData(pixels).fingerprint()
