"""What holds for each kind of dataset: the same sample twice, here and in another process."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.formats.image_folder import image_folder
from shiftscope.datasets.formats.image_table import image_table
from shiftscope.datasets.formats.jpeg_pack import JpegPack
from shiftscope.datasets.formats.torch_dataset import torch_dataset
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.relabelled import Relabelled
from shiftscope.datasets.sample import Dataset, Sample
from shiftscope.datasets.shifts.shifted import Shifted
from shiftscope.datasets.stimuli.digits import coloured_digits

Make = Callable[..., Dataset]


@pytest.fixture(
    params=[
        "folder",
        "table",
        "pack",
        "bytes",
        "floats",
        "features",
        "torch",
        "relabelled",
        "digits",
        "shifted",
    ]
)
def make(
    request: pytest.FixtureRequest, tmp_path: Path, pixels: np.ndarray, write_picture, write_pack
) -> Make:
    """A dataset of this kind, read anew at each call."""
    if request.param in ("folder", "table"):
        for position in range(6):
            write_picture(f"set/{'ab'[position % 2]}/{position}.png", seed=position)
        rows = [f"set/{'ab'[position % 2]}/{position}.png,{'ab'[position % 2]}" for position in range(6)]
        (tmp_path / "list.csv").write_text("\n".join(["path,label", *rows]))
    pack = write_pack(label=np.arange(6) % 2) if request.param == "pack" else None
    floats = np.random.default_rng(1).normal(size=(6, 3, 4, 4)).astype(np.float32)
    labels = [0, 1, 0, 1, 0, 1]
    makers: dict[str, Make] = {
        "folder": lambda **options: image_folder(tmp_path / "set", **options),
        "table": lambda **options: image_table(tmp_path / "list.csv", **options),
        "pack": lambda **options: JpegPack(pack, **options),
        "bytes": lambda **options: ArrayData(pixels, labels, **options),
        "floats": lambda: ArrayData(floats, labels),
        "features": lambda: ArrayData(np.arange(12.0).reshape(6, 2), labels),
        "torch": lambda: torch_dataset(TensorDataset(torch.from_numpy(floats), torch.tensor(labels))),
        "relabelled": lambda: Relabelled(ArrayData(pixels), labels),
        "digits": lambda: coloured_digits("held_out", "drifted"),
        "shifted": lambda: Shifted(coloured_digits(), "rotate", 0.5),
    }
    return makers[request.param]


def same(first: Sample, second: Sample) -> bool:
    pictures = [None if sample.picture is None else sample.picture.tobytes() for sample in (first, second)]
    plain = [(sample.id, sample.label, sample.source, dict(sample.metadata)) for sample in (first, second)]
    return torch.equal(first.input, second.input) and pictures[0] == pictures[1] and plain[0] == plain[1]


def test_reading_a_sample_twice_gives_the_same(make: Make) -> None:
    dataset = make()
    assert all(same(dataset[position], dataset[position]) for position in range(6))


def test_a_dataset_reads_the_same_after_a_trip_to_another_process(make: Make) -> None:
    dataset = make()
    copy = pickle.loads(pickle.dumps(dataset))
    assert all(same(dataset[position], copy[position]) for position in range(6))
    assert copy.fingerprint() == dataset.fingerprint()


def test_a_sample_reads_the_same_after_a_trip_to_another_process(make: Make) -> None:
    sample = make()[1]
    assert same(sample, pickle.loads(pickle.dumps(sample)))


def test_ids_are_different_and_labels_are_there(make: Make) -> None:
    samples = list(make())  # ends, because a place beyond the end is an IndexError
    assert len({sample.id for sample in samples}) == len(samples) == len(make())
    assert {sample.label for sample in samples} >= {0, 1}


def test_inputs_are_tensors_that_own_their_memory(make: Make) -> None:
    dataset = make()
    before = dataset[0].input.clone()
    assert before.is_contiguous()
    dataset[0].input.add_(1)
    assert torch.equal(dataset[0].input, before)


def test_a_description_is_plain_json(make: Make) -> None:
    described = dict(make().describe())
    assert json.loads(json.dumps(described)) == described


def test_a_fingerprint_depends_on_the_data_alone(make: Make) -> None:
    first, second = make().fingerprint(), make().fingerprint()
    assert first == second
    assert len(bytes.fromhex(first)) == 32


def test_a_place_beyond_the_end_is_an_index_error(make: Make) -> None:
    dataset = make()
    with pytest.raises(IndexError):
        dataset[len(dataset)]
    assert same(dataset[-1], dataset[len(dataset) - 1])


@pytest.mark.parametrize("make", ["folder", "table", "pack", "bytes"], indirect=True)
def test_another_preprocessing_is_another_fingerprint(make: Make) -> None:
    assert make().fingerprint() != make(preprocess=Preprocess(std=0.5)).fingerprint()


@pytest.mark.parametrize("make", ["folder"], indirect=True)
def test_workers_that_start_from_nothing_can_read(make: Make) -> None:
    from torch.utils.data import DataLoader

    loader = DataLoader(make(), batch_size=3, num_workers=1, collate_fn=list, multiprocessing_context="spawn")
    assert [sample.id for batch in loader for sample in batch] == [sample.id for sample in make()]
