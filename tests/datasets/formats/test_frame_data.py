"""Frames, dicts and lists in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.source import as_dataset
from shiftscope.errors import DataError, LabelError

PIXELS = np.arange(4 * 5 * 6 * 3, dtype=np.uint8).reshape(4, 5, 6, 3)
IMAGES = [Image.fromarray(each) for each in PIXELS]
NAMES = ["dog", "cat", "dog", "cat"]


@pytest.fixture
def frame(tmp_path: Path) -> pd.DataFrame:
    paths = []
    for place, image in enumerate(IMAGES):
        paths.append(str(tmp_path / "pictures" / f"{place}.png"))
        Path(paths[-1]).parent.mkdir(exist_ok=True)
        image.save(paths[-1])
    return pd.DataFrame({"path": paths, "label": NAMES, "hour": [1, 2, 3, 4]})


def inputs(dataset) -> np.ndarray:
    return np.stack([dataset[place].input.numpy() for place in range(len(dataset))])


EXPECTED = PIXELS.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)


def test_a_frame_of_absolute_paths_starts_where_they_all_lie(frame) -> None:
    dataset = as_dataset(frame)
    np.testing.assert_array_equal(inputs(dataset), EXPECTED)
    assert dataset.categories == ("cat", "dog")
    assert [dataset[place].label for place in range(4)] == [1, 0, 1, 0]
    assert dataset[2].id == "2.png"
    assert dataset[2].metadata == {"hour": 3}


def test_relative_paths_start_from_the_root_or_the_working_folder(frame, tmp_path, monkeypatch) -> None:
    short = frame.assign(path=[f"{place}.png" for place in range(4)])
    rooted = as_dataset(short, root=tmp_path / "pictures")
    np.testing.assert_array_equal(inputs(rooted), EXPECTED)
    monkeypatch.chdir(tmp_path / "pictures")
    assert as_dataset(short).fingerprint() == rooted.fingerprint()


def test_a_dict_reads_as_the_frame_of_its_columns(frame) -> None:
    columns = {name: list(frame[name]) for name in frame}
    assert as_dataset(columns).fingerprint() == as_dataset(frame).fingerprint()


@pytest.mark.parametrize("pictures", [IMAGES, list(PIXELS), PIXELS])
def test_pictures_stand_in_a_column_image(pictures) -> None:
    dataset = as_dataset(
        {"image": pictures, "label": [1, 0, None, -1], "id": list("abcd"), "hour": [1, 2, 3, 4]}
    )
    np.testing.assert_array_equal(inputs(dataset), EXPECTED)
    assert [dataset[place].label for place in range(4)] == [1, 0, -1, -1]
    assert (dataset[3].id, dataset[3].metadata) == ("d", {"hour": 4})


def test_a_frame_holds_pictures_and_whole_numbers_beside_gaps() -> None:
    dataset = as_dataset(
        pd.DataFrame({"image": IMAGES, "label": [1, np.nan, 0, 2]}), categories=["a", "b", "c"]
    )
    assert [dataset[place].label for place in range(4)] == [1, -1, 0, 2]


def test_a_list_of_pictures_with_and_without_labels() -> None:
    np.testing.assert_array_equal(inputs(as_dataset(IMAGES)), EXPECTED)
    assert as_dataset((IMAGES, [2, 1, 0, 1]))[0].label == 2
    assert as_dataset(IMAGES, labels=np.array([2, 1, 0, 1]))[3].label == 1
    small = as_dataset(IMAGES, preprocess=Preprocess(resize=(2, 2)))
    assert small[0].input.shape == (3, 2, 2)
    assert small.fingerprint() != as_dataset(IMAGES).fingerprint()


def test_a_list_of_paths(frame) -> None:
    dataset = as_dataset((list(frame["path"]), NAMES), categories=["cat", "dog"])
    np.testing.assert_array_equal(inputs(dataset), EXPECTED)
    assert dataset[0].label == 1


def test_other_pixels_or_metadata_are_another_dataset() -> None:
    told = {"image": IMAGES, "label": [0, 1, 0, 1], "hour": [1, 2, 3, 4]}
    prints = {
        as_dataset(each).fingerprint()
        for each in (
            told,
            told | {"image": IMAGES[::-1]},
            told | {"hour": [1, 2, 3, 5]},
            told | {"label": [0] * 4},
        )
    }
    assert len(prints) == 4


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"file": ["a.png"], "label": [0]},
            "the dict has neither 'path' nor 'image'. There are: file, label.",
        ),
        (pd.DataFrame({"x": [1]}), "the frame has neither 'path' nor 'image'. There are: x."),
        ({}, "There are: no columns"),
        ({"path": ["a"], "image": IMAGES[:1]}, "has both 'path' and 'image'"),
        (
            {"image": IMAGES, "label": [0] * 4, "Label ": [0] * 4},
            "columns 'label' and 'Label ', which differ only",
        ),
        (
            pd.DataFrame([["a.png", 0, 1]], columns=["path", "label", "label"]),
            "two columns 'label'. Rename or drop one. There are: path, label, label",
        ),
        ({"image": IMAGES, "hour": [1]}, "column 'hour' has 1 values for 4 samples"),
        ({"image": IMAGES, "label": [1]}, "column 'label' has 1 values for 4 samples"),
        ({"image": [*IMAGES, "a.png"]}, "picture 4 is str"),
        ({"path": []}, "the dict has no rows"),
        ({"path": ["../a.png"]}, "row 0 of the dict leads out of the folder"),
        ({"path": [None]}, "row 0 of the dict has no path"),
        ({"image": IMAGES, "label": 3}, "a column of type int"),
    ],
)
def test_what_is_wrong_is_one_error_with_what_is_there(data, message) -> None:
    with pytest.raises(DataError) as caught:
        as_dataset(data)
    assert message in str(caught.value)


def test_a_path_outside_the_root_is_refused_before_it_is_read(frame, tmp_path) -> None:
    with pytest.raises(
        DataError, match=r"row 0 of the frame leads out of the folder '.*other', given as root: '.*0.png'"
    ):
        as_dataset(frame, root=tmp_path / "other")


def test_names_beside_numbers_are_refused() -> None:
    with pytest.raises(LabelError, match="labels of the dict are names, as 'cat', and numbers, as 3"):
        as_dataset({"image": IMAGES, "label": ["cat", 3, "dog", None]})
