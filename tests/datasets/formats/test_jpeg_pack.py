from __future__ import annotations

import hashlib
import io
from itertools import pairwise
from pathlib import Path

import numpy as np
import PIL
import pytest
from PIL import Image

from shiftscope.datasets.formats.jpeg_pack import JpegPack
from shiftscope.errors import DataError


def decoded(path: Path, position: int) -> np.ndarray:
    """As the data's own description reads one."""
    pack = np.load(path)
    header, scan, offset = (
        pack["header"].tobytes() if "header" in pack else b"",
        pack["scan"],
        pack["offset"].astype(int),
    )
    coded = header + scan[offset[position] : offset[position + 1]].tobytes()
    return np.asarray(Image.open(io.BytesIO(coded)).convert("RGB"))


def test_pictures_are_the_coded_files(write_pack) -> None:
    path = write_pack(label=np.arange(6), index=np.arange(6) * 2)
    dataset = JpegPack(path)
    for position, sample in enumerate(dataset):
        np.testing.assert_array_equal(np.asarray(sample.picture), decoded(path, position))
        assert sample.label == position
        assert sample.metadata == {"index": 2 * position}


def test_a_header_stands_before_each_file(write_pack) -> None:
    whole = np.load(write_pack())
    scan, offset = whole["scan"], whole["offset"].astype(int)
    files = [scan[start:end] for start, end in pairwise(offset)]
    header = files[0][:100]  # all six begin alike: same size, same coding
    assert all((file[:100] == header).all() for file in files)
    short = np.cumsum([0, *(len(file) - 100 for file in files)])
    path = write_pack(scan=np.concatenate([file[100:] for file in files]), offset=short, header=header)
    with_header = [np.asarray(sample.picture) for sample in JpegPack(path)]
    without = [np.asarray(sample.picture) for sample in JpegPack(write_pack())]
    np.testing.assert_array_equal(with_header, without)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"offset": np.array([0, 5, 3])}, "is damaged: offsets run from 0 to 3"),
        ({"offset": np.array([0, 10**6])}, "is damaged: offsets run from 0 to 1000000"),
        ({"offset": np.array([-1, 3])}, "is damaged"),
        ({"offset": np.array([0])}, "holds no images"),
        ({"offset": np.array([0.0, 1.0])}, "is not a JPEG pack: scan and header are one row of bytes"),
        ({"scan": np.zeros((2, 2), np.uint8)}, "is not a JPEG pack"),
        ({"label": np.arange(5)}, r"labels of shape \(5,\) for 6 samples"),
    ],
)
def test_damaged_packs_are_refused(write_pack, arrays: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        JpegPack(write_pack(**arrays))


def test_other_files_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "set.npz", image=np.zeros(3))
    with pytest.raises(DataError, match="is not a JPEG pack: it needs scan and offset, and has image"):
        JpegPack(tmp_path / "set.npz")


def test_a_damaged_picture_is_an_error_that_names_it(write_pack) -> None:
    dataset = JpegPack(write_pack(offset=np.array([0, 20, 40])))
    with pytest.raises(DataError, match=r"sample '1' of .*pack.npz' cannot be read"):
        dataset[1]


def test_one_byte_changes_the_fingerprint(write_pack) -> None:
    path = write_pack()
    before = JpegPack(path).fingerprint()
    scan = np.load(path)["scan"].copy()
    scan[-3] ^= 1
    assert JpegPack(write_pack(scan=scan)).fingerprint() != before


def test_cifar10_has_a_thousand_of_each_class(shared_data: Path) -> None:
    dataset = JpegPack(shared_data / "cifar10_test_jpeg.npz")
    assert np.bincount(dataset.labels).tolist() == [1000] * 10
    assert dataset[0].input.shape == (3, 32, 32)


@pytest.mark.skipif(PIL.__version__ != "13.0.0", reason="the sum is of pixels as Pillow 13.0.0 decodes them")
def test_cifar10_decodes_to_the_published_sum(shared_data: Path) -> None:
    digest = hashlib.sha256()
    for sample in JpegPack(shared_data / "cifar10_test_jpeg.npz"):
        digest.update(sample.picture.tobytes())
    assert digest.hexdigest() == "5a6aa8185204d80b65d3dfb540696dadd5f10d185ded226a96665d3e0fc6259f"


def test_cue_conflict_can_be_labelled_by_shape_or_texture(shared_data: Path) -> None:
    path = shared_data / "cue_conflict.npz"
    shape, texture = (JpegPack(path, label=name) for name in ("shape", "texture"))
    assert len(shape) == 891
    assert len(shape.categories) == 16
    assert int((shape.labels == texture.labels).sum()) == 56
