from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shiftscope.datasets.formats.npz import npz
from shiftscope.errors import DataError


@pytest.fixture
def save(tmp_path: Path):
    def save(**arrays: object) -> Path:
        np.savez(tmp_path / "set.npz", **arrays)
        return tmp_path / "set.npz"

    return save


@pytest.mark.parametrize(
    ("image", "label"), [("image", "label"), ("images", "labels"), ("x", "y"), ("data", "y")]
)
def test_arrays_are_found_by_their_usual_names(save, pixels: np.ndarray, image: str, label: str) -> None:
    dataset = npz(save(**{image: pixels, label: np.arange(6)}))
    assert [sample.label for sample in dataset] == [0, 1, 2, 3, 4, 5]
    assert dataset[0].picture.tobytes() == pixels[0].tobytes()


def test_arrays_can_be_named(save, pixels: np.ndarray) -> None:
    path = save(front=pixels, back=pixels[::-1], kind=np.ones(6, int), key=np.array(list("abcdef")))
    sample = npz(path, image="back", label="kind", ids="key")[0]
    assert (sample.id, sample.label, dict(sample.metadata)) == ("a", 1, {})
    assert sample.picture.tobytes() == pixels[5].tobytes()


def test_one_value_a_sample_is_metadata(save, pixels: np.ndarray) -> None:
    wnid = np.array(["n1", "n2", "n3", "n4", "n5", "n6"])
    dataset = npz(save(image=pixels, wnid=wnid, mean=np.zeros(3), index=np.arange(6)))
    assert dataset[1].metadata == {"wnid": "n2", "index": 1}


def test_stored_categories_name_labels_and_move_to_those_asked_for(save, pixels: np.ndarray) -> None:
    path = save(image=pixels, label=[0, 1, 0, 1, -1, 0], categories=np.array(["cat", "dog"]))
    assert npz(path).categories == ("cat", "dog")
    moved = npz(path, categories=["dog", "bird", "cat"])
    assert [sample.label for sample in moved] == [2, 0, 2, 0, -1, 2]


def test_pickled_objects_are_refused(save, tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"not an .npz file of plain arrays: .*Save numbers and text, not objects"
    ):
        npz(save(image=np.array([{}, {}], dtype=object)))


def test_files_that_are_not_npz_are_refused(tmp_path: Path, save, pixels: np.ndarray) -> None:
    with pytest.raises(DataError, match="no file"):
        npz(tmp_path / "nowhere.npz")
    np.save(tmp_path / "one.npy", pixels)
    with pytest.raises(DataError, match="holds one array"):
        npz(tmp_path / "one.npy")
    whole = save(image=pixels).read_bytes()
    for content in (b"", b"hello", whole[:100], whole[:-30]):
        (tmp_path / "bad.npz").write_bytes(content)
        with pytest.raises(DataError, match=r"bad.npz' is not an .npz file"):
            npz(tmp_path / "bad.npz")


def test_arrays_that_are_not_there_are_an_error(save, pixels: np.ndarray) -> None:
    path = save(pictures=pixels, kind=np.arange(6))
    with pytest.raises(
        DataError,
        match=r"none of image, images, x, data in .*There are: pictures, kind. .*ss.dataset\(..., image=",
    ):
        npz(path)
    with pytest.raises(DataError, match=r"no array 'kinds' in .*; closest: 'kind'.*label="):
        npz(path, image="pictures", label="kinds")


def test_a_jpeg_pack_is_recognised(write_pack) -> None:
    with pytest.raises(DataError, match="is a JPEG pack: open it as jpegpack:"):
        npz(write_pack())


@pytest.mark.parametrize(
    ("name", "count", "shape"),
    [
        ("cifar10_like_tinyimagenet", 1400, (3, 32, 32)),
        ("edges", 160, (1, 224, 224)),
        ("quickdraw_3x1000", 3000, (1, 28, 28)),
        ("semeion_digits", 1593, (1, 16, 16)),
    ],
)
def test_the_real_sets_open(shared_data: Path, name: str, count: int, shape: tuple[int, ...]) -> None:
    dataset = npz(shared_data / f"{name}.npz")
    assert len(dataset) == count
    assert dataset[0].input.shape == shape
    assert dataset.labels.min() >= 0


def test_arrays_in_another_case_are_found_and_others_are_told_of(save, pixels: np.ndarray) -> None:
    dataset = npz(save(X=pixels, Y=np.arange(6), box=np.zeros((6, 4))))
    assert dataset.labels.tolist() == [0, 1, 2, 3, 4, 5]
    assert dataset.describe()["told"] == [
        "passed over, for they are not one value a sample: 'box' of shape (6, 4)."
    ]
    assert npz(save(x=pixels, target=np.arange(6))).describe()["told"] == [
        "no array of labels was found; 'target' looks like one, and is taken with ss.dataset(..., label='target')."
    ]


def test_stored_categories_that_are_numbers_sorted_as_text_are_asked_about(save) -> None:
    path = save(x=np.zeros((2, 3)), y=[0, 2], categories=np.array(sorted(map(str, range(11)))))
    with pytest.raises(DataError, match="call category 2 '10'"):
        npz(path)
