from __future__ import annotations

import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, TensorDataset

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.sample import dataset_kinds
from shiftscope.datasets.source import as_dataset
from shiftscope.errors import BadRequest, DataError


def test_the_kinds_that_a_path_can_name() -> None:
    assert set(dataset_kinds) == {"csv", "digits", "idx", "imagefolder", "jpegpack", "npz", "parquet"}


def test_what_a_dataset_promises_is_there_without_torch() -> None:
    check = "import shiftscope.datasets, shiftscope.datasets.sample, sys; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], check=True)


@pytest.fixture
def everything(tmp_path: Path, pixels: np.ndarray, write_pack, write_picture) -> Path:
    write_pack()
    np.savez(tmp_path / "set.npz", x=pixels)
    write_picture("val/cat/a.png")
    (tmp_path / "list.csv").write_text("path\nval/cat/a.png\n")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("set.npz", "arrays"),
        ("npz:set.npz", "arrays"),
        ("pack.npz", "jpegpack"),
        ("val", "imagefolder"),
        ("imagefolder:val/", "imagefolder"),
        ("list.csv", "csv"),
        ("csv:list.csv", "csv"),
    ],
)
def test_text_says_where_and_perhaps_what(
    everything: Path, monkeypatch: pytest.MonkeyPatch, path: str, kind: str
) -> None:
    monkeypatch.chdir(everything)
    assert as_dataset(path).describe()["kind"] == kind
    if ":" not in path:
        assert as_dataset(everything / path).describe()["kind"] == kind


def test_a_path_may_hold_a_colon(everything: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(everything)
    (everything / "val").rename(everything / "val:2")
    assert len(as_dataset("val:2")) == 1


def test_options_reach_the_kind(everything: Path) -> None:
    dataset = as_dataset(f"npz:{everything}/set.npz", image="x", preprocess=Preprocess(resize=3))
    assert min(dataset[0].input.shape[1:]) == 3
    assert len(as_dataset("digits:permuted", split="train")) == 1198


def test_categories_reach_a_kind_that_has_its_own() -> None:
    reverse = [str(digit) for digit in range(9, -1, -1)]
    plain, turned = as_dataset("digits:coloured"), as_dataset("digits:coloured", categories=reverse)
    assert turned.categories == tuple(reverse)
    assert turned[0].label == 9 - plain[0].label


def test_arrays_and_pairs(pixels: np.ndarray) -> None:
    labels = np.arange(6)
    given = [
        as_dataset(pixels, labels=labels),
        as_dataset((pixels, labels)),
        as_dataset(torch.from_numpy(pixels), labels=labels),
    ]
    assert [sample.label for sample in given[0]] == list(range(6))
    assert len({dataset.fingerprint() for dataset in given}) == 1


def test_datasets_and_loaders_of_torch() -> None:
    data = TensorDataset(torch.zeros(4, 2), torch.arange(4))
    for given in (as_dataset(data), as_dataset(DataLoader(data, batch_size=2))):
        assert [sample.label for sample in given] == [0, 1, 2, 3]
    with pytest.raises(DataError, match="the DataLoader shuffles"):
        as_dataset(DataLoader(data, shuffle=True))


def test_our_own_pass_as_they_are(pixels: np.ndarray) -> None:
    own = ArrayData(pixels, [0] * 6)
    assert as_dataset(own) is own
    assert as_dataset(own, labels=[1] * 6)[0].label == 1
    assert as_dataset(own, categories=["cat"]).categories == ("cat",)
    with pytest.raises(BadRequest, match="a ArrayData is a dataset already and takes no preprocess"):
        as_dataset(own, preprocess=Preprocess())


def test_labels_take_the_place_of_the_source_s(everything: Path) -> None:
    assert as_dataset(everything / "val", labels=["dog"], categories=["cat", "dog"])[0].label == 1
    with pytest.raises(BadRequest, match="labels are given twice"):
        as_dataset((np.zeros((1, 2)), [0]), labels=[0])


def test_a_hugging_face_dataset_by_what_it_has() -> None:
    class Split(list):
        features = None
        column_names = ("image",)

    split = Split([{"image": Image.new("RGB", (2, 2))}])
    assert as_dataset(split)[0].input.shape == (3, 2, 2)
    with pytest.raises(DataError, match=r"several splits: train, test. Choose one, data\['train'\]"):
        as_dataset({"train": split, "test": split})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (3, r"data of type int. Accepted: a dataset of shiftscope; an array"),
        ([1, 2], r"a list whose first item is of type int. Accepted"),
        ([], r"a list without items. Accepted"),
        (None, "data of type NoneType"),
        (namedtuple("Batch", "x y z")(1, 2, 3), "a Batch whose first item is of type int. Accepted"),
        ("nowhere", r"no file or folder 'nowhere' in .*kinds: .*imagefolder"),
        ("s3://bucket/val", "'s3://bucket/val' is not on this machine"),
        ("npz:nowhere.npz", "no file 'nowhere.npz'"),
        ("/dev/null", "cannot be read from its name"),
    ],
)
def test_what_is_no_data_is_refused(data, message: str) -> None:
    with pytest.raises(DataError, match=message):
        as_dataset(data)


def test_kinds_and_options_that_are_not_there_are_refused(everything: Path) -> None:
    with pytest.raises(BadRequest, match="no kind of dataset named 'imagefolders'; closest: 'imagefolder'"):
        as_dataset("imagefolders:val")
    with pytest.raises(BadRequest, match=r"npz has no option 'img'; closest: .*It takes: image, label"):
        as_dataset(everything / "set.npz", img="x")
    with pytest.raises(BadRequest, match="digits has no option 'preprocess'"):
        as_dataset("digits:coloured", preprocess=Preprocess())
    with pytest.raises(BadRequest, match="an array has no option 'root'"):
        as_dataset(np.zeros((2, 2)), root="x")


class Named(Dataset):
    """Two inputs with labels that are no categories of anybody, and classes that contradict others."""

    classes = ("airplane", "automobile")

    def __len__(self) -> int:
        return 2

    def __getitem__(self, position: int) -> tuple[torch.Tensor, float]:
        return torch.full((2,), position / 2), 0.5


def test_labels_that_are_given_count_whatever_the_dataset_s_own_are() -> None:
    dataset = as_dataset(Named(), labels=["car", None], categories=["airplane", "car"])
    assert [sample.label for sample in dataset] == [1, -1]
    assert len(dataset.fingerprint()) == 64
