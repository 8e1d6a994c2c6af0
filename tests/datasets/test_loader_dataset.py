from __future__ import annotations

import pytest
import torch
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    IterableDataset,
    SequentialSampler,
    SubsetRandomSampler,
    TensorDataset,
)

from shiftscope.datasets.loader_dataset import loader_dataset
from shiftscope.errors import DataError

DATA = TensorDataset(torch.zeros(5, 2))


class Stream(IterableDataset):
    def __iter__(self):
        return iter(())


class OwnBatches(BatchSampler):
    pass


@pytest.mark.parametrize(
    "options",
    [{}, {"batch_size": 2}, {"batch_size": None}, {"batch_size": 5, "drop_last": True}, {"num_workers": 2}],
)
def test_a_loader_in_order_gives_its_dataset(options: dict) -> None:
    loader: DataLoader = DataLoader(DATA, **options)
    dataset: Dataset = loader_dataset(loader)
    assert dataset is DATA


@pytest.mark.parametrize(
    ("loader", "problem"),
    [
        (DataLoader(DATA, shuffle=True), "shuffles or samples, with a RandomSampler"),
        (DataLoader(DATA, sampler=SubsetRandomSampler([0])), "with a SubsetRandomSampler"),
        (DataLoader(DATA, sampler=SequentialSampler(range(3))), "with a SequentialSampler"),
        (DataLoader(DATA, sampler=[4, 3, 2, 1, 0]), "with a list"),
        (
            DataLoader(DATA, batch_sampler=OwnBatches(SequentialSampler(DATA), 2, False)),
            "of its own, OwnBatches",
        ),
        (
            DataLoader(DATA, batch_sampler=BatchSampler(SubsetRandomSampler([0]), 2, False)),
            "SubsetRandomSampler",
        ),
        (DataLoader(DATA, batch_size=2, drop_last=True), "drops the last samples"),
        (DataLoader(DATA, collate_fn=list), "changes samples while it collates them, with list"),
        (DataLoader(Stream()), "reads a stream, Stream"),
    ],
)
def test_other_loaders_are_refused(loader: DataLoader, problem: str) -> None:
    with pytest.raises(DataError, match=rf"{problem}.* Give its dataset instead"):
        loader_dataset(loader)
