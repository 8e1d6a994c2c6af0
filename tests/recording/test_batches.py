"""Samples in batches: whole shards, nothing read ahead of its turn, each picture decoded once."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from shiftscope.datasets.formats import picture_files
from shiftscope.datasets.formats.image_folder import image_folder
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.errors import DataError
from shiftscope.recording.batches import Batch, batches, leave_one_alone, stacked


@pytest.mark.parametrize("workers", [0, 1])
def test_no_batch_crosses_a_border_between_shards(made, workers):
    dataset = made()
    read = list(batches(dataset, [range(5), range(8, 10)], 3, workers=workers))
    assert [[int(sample.id.split("-")[1]) for sample in batch.seen] for batch in read] == [
        [0, 1, 2],
        [3, 4],
        [8, 9],
    ]
    assert torch.equal(torch.cat([batch.inputs for batch in read]), dataset.inputs[[0, 1, 2, 3, 4, 8, 9]])


@pytest.mark.parametrize(
    ("samples", "size", "batch_sizes"),
    [(33, 16, [16, 15, 2]), (17, 16, [15, 2]), (4, 3, [2, 2]), (32, 16, [16, 16]), (34, 16, [16, 16, 2])],
)
def test_what_is_left_over_is_shared_so_that_no_batch_has_one_sample(made, samples, size, batch_sizes):
    read = list(batches(made(samples), [range(samples)], size))
    assert [len(batch.seen) for batch in read] == batch_sizes
    assert [sample.id for batch in read for sample in batch.seen] == [f"sample-{i}" for i in range(samples)]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("samples", [1, 2, 3, 10, 11])
def test_it_is_known_beforehand_whether_a_batch_has_one_sample(made, samples, size):
    read = list(batches(made(samples), [range(samples)], size))
    assert leave_one_alone(samples, size) == (1 in [len(batch.seen) for batch in read])


def test_positions_are_not_listed_before_their_turn(made):
    first = next(batches(made(), [range(10**12)], 2))
    assert [sample.id for sample in first.seen] == ["sample-0", "sample-1"]


def test_a_batch_without_inputs_has_nothing_to_pin():
    batch = Batch(None, [], "a label is wrong")
    assert batch.pin_memory() is batch


def test_inputs_of_different_shapes_are_told_apart():
    with pytest.raises(DataError, match=r"samples from 'x' on have different shapes, \[\(2,\), \(3,\)\]"):
        stacked([torch.zeros(2), torch.zeros(3)], "x")


def test_a_file_is_decoded_once_for_the_model_and_for_the_thumbnail(tmp_path, monkeypatch):
    pixels = np.random.default_rng(0).integers(0, 256, (4, 300, 200, 3), np.uint8)
    for number, each in enumerate(pixels):
        (tmp_path / "ab"[number % 2]).mkdir(exist_ok=True)
        Image.fromarray(each).save(tmp_path / "ab"[number % 2] / f"{number}.jpg")
    decoded = []
    read = picture_files.read_picture
    monkeypatch.setattr(picture_files, "read_picture", lambda file: decoded.append(file) or read(file))
    dataset = image_folder(tmp_path, preprocess=Preprocess(resize=224, crop=224))
    (batch,) = batches(dataset, [range(4)], 4)
    assert batch.inputs.shape == (4, 3, 224, 224)
    assert all(sample.thumbnail.startswith(b"\xff\xd8") for sample in batch.seen)
    assert len(decoded) == 4


STARTERS = """
import multiprocessing, os, sys
import torch
from shiftscope.datasets.sample import Sample
from shiftscope.recording.batches import batches

class Starters:
    categories = None
    def __len__(self):
        return 2
    def __getitem__(self, position):
        return Sample(str(os.getppid()), torch.zeros(1), 0, None, str(position))

def starters():
    return [sample.id for batch in batches(Starters(), [range(2)], 1, workers=1) for sample in batch.seen]

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    print(os.getpid(), *starters(), *starters())
"""


def starters(how: str, folder: Path) -> list[str]:
    """A process that starts others in this way, and those that started its readers, twice for each of two passes."""
    program = folder / "starters.py"
    program.write_text(STARTERS)
    told = subprocess.run([sys.executable, program, how], capture_output=True, text=True, check=True)
    return told.stdout.split()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a reader is started as the system does it")
def test_where_processes_are_spawned_readers_come_from_one_server_that_has_imported_everything(tmp_path):
    itself, first, *others = starters("spawn", tmp_path)
    assert first != itself
    assert others == [first] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a reader is started as the system does it")
def test_where_processes_are_forked_readers_are(tmp_path):
    itself, *others = starters("fork", tmp_path)
    assert others == [itself] * 4


def test_gray_pictures_among_coloured_ones_are_told_what_makes_them_equal() -> None:
    inputs = [torch.zeros(1, 4, 4), torch.zeros(3, 4, 4)]
    with pytest.raises(DataError, match=r'Some .* gray and some in colour.*Preprocess\(channels="rgb"\)'):
        stacked(inputs, "x")
    inputs.append(torch.zeros(3, 4, 5))
    with pytest.raises(DataError, match=r'channels="rgb", resize=\.\.\., crop'):
        stacked(inputs, "x")
