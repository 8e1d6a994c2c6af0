from __future__ import annotations

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from shiftscope.datasets.formats.idx import idx
from shiftscope.errors import BadRequest, DataError

IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


def coded(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(coded(IMAGES)))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(coded(np.array([7, 2], np.uint8)))
    (tmp_path / "train-images.idx3-ubyte").write_bytes(coded(IMAGES[:1]))
    (tmp_path / "train-labels.idx1-ubyte").write_bytes(coded(np.array([5], np.uint8)))
    return tmp_path


def test_a_folder_gives_its_test_split_and_its_training_split(folder: Path) -> None:
    test, train = idx(folder), idx(folder, split="train")
    assert [sample.label for sample in test] == [7, 2]
    assert [sample.label for sample in train] == [5]
    np.testing.assert_array_equal(np.asarray(test[1].picture), IMAGES[1])
    assert test[0].input.shape == (1, 3, 4)


def test_a_file_of_images_with_and_without_labels(folder: Path) -> None:
    images = folder / "t10k-images-idx3-ubyte.gz"
    assert idx(images)[0].label == -1
    assert idx(images, label_file=folder / "t10k-labels-idx1-ubyte")[0].label == 7


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "begins with nothing; expected an idx file of bytes with 3 axes .magic number 0x00000803"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "begins with 89504e47"),
        (coded(IMAGES[0]), "begins with 00000802"),
        (bytes([0, 0, 13, 3]) + bytes(12), "begins with 00000d03"),
        (coded(IMAGES)[:10], "begins with 00000803; expected"),
        (coded(IMAGES)[:-1], r"should hold 24 bytes for its shape \(2, 3, 4\), and holds 23"),
        (coded(IMAGES) + b"x", "holds more"),
        (
            bytes([0, 0, 8, 3]) + b"\xff" * 12,
            "(should hold|would unpack to) 79,228,162,458,924,105,385,300,197,375 bytes",
        ),
    ],
)
def test_files_of_another_kind_or_length_are_refused(
    tmp_path: Path, content: bytes, message: str, zipped: bool
) -> None:
    path = tmp_path / "images"
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(DataError, match=message):
        idx(path)


def test_a_damaged_archive_is_refused(folder: Path) -> None:
    path = folder / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(DataError, match=r"is damaged: .*expected an idx file"):
        idx(folder)


def test_what_is_missing_is_named(folder: Path) -> None:
    with pytest.raises(DataError, match=r"no file '.*nowhere'; expected an idx file"):
        idx(folder / "nowhere")
    with pytest.raises(BadRequest, match=r"no split 'validation'. There are: train, test"):
        idx(folder, split="validation")
    (folder / "train-labels.idx1-ubyte").unlink()
    with pytest.raises(DataError, match=r"no train file in .*; looked for train-labels-idx1-ubyte"):
        idx(folder, split="train")


def test_labels_of_another_set_are_refused(folder: Path) -> None:
    with pytest.raises(DataError, match=r"1 images in .*, 2 labels in"):
        idx(folder / "train-images.idx3-ubyte", label_file=folder / "t10k-labels-idx1-ubyte")


@pytest.mark.parametrize(
    ("file", "md5"),
    [
        ("train-images-idx3-ubyte.gz", "6bbc9ace898e44ae57da46a324031adb"),
        ("train-labels-idx1-ubyte.gz", "a25bea736e30d166cdddb491f175f624"),
        ("t10k-images-idx3-ubyte.gz", "2646ac647ad5339dbf082846283269ea"),
        ("t10k-labels-idx1-ubyte.gz", "27ae3e4e09519cfbb04c329615203637"),
    ],
)
def test_mnist_is_the_original(shared_data: Path, file: str, md5: str) -> None:
    content = gzip.decompress((shared_data / "mnist" / file).read_bytes())
    assert hashlib.md5(content).hexdigest() == md5


@pytest.mark.parametrize(
    ("split", "counts"),
    [
        ("train", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
        ("test", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
    ],
)
def test_mnist_counts(shared_data: Path, split: str, counts: list[int]) -> None:
    dataset = idx(shared_data / "mnist", split=split)
    assert np.bincount(dataset.labels).tolist() == counts
    assert dataset[0].input.shape == (1, 28, 28)
