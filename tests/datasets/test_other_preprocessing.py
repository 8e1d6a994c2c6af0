from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.other_preprocessing import refuse_other_preprocessing
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.errors import DataError

BYTES, VALUES = np.zeros((2, 8, 8, 3), np.uint8), np.zeros((2, 3, 8, 8), np.float32)


def pictures(**options: Any) -> dict[str, Any]:
    return {"kind": "imagefolder", "preprocess": Preprocess(**options).describe()}


def values(preprocess: Preprocess | None = None) -> dict[str, Any]:
    return ArrayData(VALUES, preprocess=preprocess).describe()


USUAL = {"resize": 8, "crop": 8, "mean": (0.5, 0.25, 0.0), "std": (0.5, 0.5, 0.5)}


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (pictures(), pictures()),
        (pictures(**USUAL), pictures(**USUAL)),
        (pictures(std=0.5), pictures(std=(0.5, 0.5, 0.5))),
        (pictures(mean=0.5), pictures(mean=0.5, std=1.0)),
        (pictures(mean=0.5, std=0.25), pictures(mean=127.5, std=63.75, scale=255.0)),
        (pictures(interpolation="bicubic"), pictures()),  # nothing is resized
        (pictures(channels="gray"), pictures()),  # the number of channels is compared by itself
        (values(), values()),
        (values(), pictures()),
        (ArrayData(BYTES).describe(), values()),
        (values(Preprocess(mean=0.5, std=0.25)), pictures(resize=8, crop=8, mean=0.5, std=0.25)),
        ({"kind": "own"}, pictures(**USUAL)),
        (pictures(**USUAL), {"kind": "own"}),
    ],
)
def test_what_comes_to_the_same_or_cannot_be_compared_is_taken(here, there) -> None:
    refuse_other_preprocessing(here, there, "dark", "lab")


@pytest.mark.parametrize(
    ("here", "there", "differs"),
    [
        (pictures(), pictures(**USUAL), "resize, crop, interpolation, mean, std"),
        (values(), pictures(**USUAL), "mean, std"),
        (pictures(**USUAL), values(), "mean, std"),
        (pictures(resize=9, crop=8), pictures(resize=8, crop=8), "resize"),
        (pictures(resize=8, crop=6), pictures(resize=8, crop=8), "crop"),
        (pictures(resize=8, interpolation="bicubic"), pictures(resize=8), "interpolation"),
        (pictures(mean=(0.5, 0.25, 0.0)), pictures(mean=(0.0, 0.25, 0.5)), "mean"),
        (pictures(std=0.5), pictures(std=0.25), "std"),
        (pictures(scale=255.0), pictures(), "std"),
        (pictures(channels="bgr"), pictures(), "channels"),
        (ArrayData(BYTES).describe(), pictures(mean=0.5), "mean"),
    ],
)
def test_another_preprocessing_is_refused_and_both_are_named(here, there, differs) -> None:
    with pytest.raises(DataError, match=rf"'dark' is preprocessed otherwise than 'lab', in {differs}: "):
        refuse_other_preprocessing(here, there, "dark", "lab")


def test_the_error_says_what_to_give() -> None:
    with pytest.raises(DataError) as caught:
        refuse_other_preprocessing(pictures(), pictures(resize=8, mean=0.5), "dark", "lab")
    assert "none here, resize=8, mean=0.5 there. Give it preprocess=ss.Preprocess(resize=8, mean=0.5)" in str(
        caught.value
    )
    assert "other_preprocessing=True" in str(caught.value)
