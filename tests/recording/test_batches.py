"""Samples in batches: whole shards, nothing read ahead of its turn, each picture decoded once."""

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image

from shiftscope.datasets import picture_files
from shiftscope.datasets.image_folder import image_folder
from shiftscope.datasets.preprocess import Preprocess
from shiftscope.datasets.sample import Sample
from shiftscope.errors import DataError
from shiftscope.recording.batches import Batch, batches, stacked


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


class Starters:
    """Each sample is named after the process that started its reader."""

    categories = None

    def __len__(self):
        return 2

    def __getitem__(self, position):
        return Sample(str(os.getppid()), torch.zeros(1), 0, None, str(position))


def starters():
    return [sample.id for batch in batches(Starters(), [range(2)], 1, workers=1) for sample in batch.seen]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a reader is started as the system does it")
def test_a_spawned_process_starts_readers_by_a_server_that_has_imported_everything():
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as spawned:
        itself = str(spawned.submit(os.getpid).result())
        first, second = (spawned.submit(starters).result() for _ in range(2))
    assert itself not in first
    assert first == second


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a reader is started as the system does it")
def test_any_other_process_forks_its_readers():
    assert starters() == [str(os.getpid())] * 2
