"""A dataset in batches: read, drawn small and stacked in the loader's workers, where it has any."""

from __future__ import annotations

import json
import multiprocessing
import operator
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.context import BaseContext
from typing import Any, NamedTuple

import torch
from torch.utils.data import DataLoader, default_collate
from torch.utils.data import Dataset as TorchDataset

from shiftscope.arrays import NO_LABEL
from shiftscope.checked_text import checked_text
from shiftscope.datasets.pictures.thumbnails import encode_thumbnail
from shiftscope.datasets.sample import Dataset, Sample
from shiftscope.errors import BadRequest, DataError, LabelError
from shiftscope.shard import SampleEntry


@dataclass(frozen=True)
class Batch:
    """Samples as they come out of the loader. Errors travel as text: a worker would wrap them in its trace."""

    inputs: torch.Tensor | None  # without the samples that could not be read
    seen: Sequence[SampleEntry]
    refusal: str = ""

    def pin_memory(self) -> Batch:
        """The same in memory that an accelerator reads while the program goes on; the loader calls this."""
        return self if self.inputs is None else replace(self, inputs=self.inputs.pin_memory())


def batches(
    dataset: Dataset, shards: Iterable[range], size: int, *, workers: int = 0, pinned: bool = False
) -> Iterator[Batch]:
    """Samples in order, at most `size` at once. None of the batches crosses a border between shards.

    Nor has one of them a single sample, which some models cannot take, where `size` is 3 or more and the shard has
    more than one: the batch before it leaves it a second one.

    Raises
    ------
    BadRequest
        `workers` are asked for in a process that may start none.
    """
    if workers and multiprocessing.current_process().daemon:
        raise BadRequest(
            f"loader_workers={workers}, and this process may start none, as a worker of Dask by its default. Start "
            "those with DASK_DISTRIBUTED__WORKER__DAEMON=False in their environment, or record with "
            "loader_workers=0 and more of them."
        )
    loader = DataLoader(
        _Reader(dataset),
        # One after the other: a list of all would grow with the dataset.
        batch_sampler=(list(run) for part in shards for run in _runs(part, size)),
        num_workers=workers,
        collate_fn=_collate,
        multiprocessing_context=_starting() if workers else None,
        pin_memory=pinned,
        generator=torch.Generator(),  # torch's own would move, and a training that records with it
    )
    with torch.device("cpu"):  # where its generator is, whatever the user's default
        return iter(loader)


def leave_one_alone(samples: int, size: int) -> bool:
    """Whether one of the batches of a shard of so many samples has a single one."""
    return samples == 1 or size == 1 or (size == 2 and samples % 2 == 1)


def _runs(part: range, size: int) -> Iterator[range]:
    start = 0
    while start < len(part):
        leaves_one = size > 2 and len(part) - start == size + 1
        end = start + size - leaves_one
        yield part[start:end]
        start = end


def _starting() -> BaseContext | None:
    """How this process starts a loader's workers.

    One that was spawned itself, as Dask's workers are, spawns: then each worker imports torch again, for each shard.
    Forks of a server that has imported it start at once, and copy none of this process's threads.
    """
    if sys.platform != "linux" or multiprocessing.get_start_method() != "spawn":
        return None
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def stacked(inputs: Sequence[torch.Tensor], first: str) -> torch.Tensor:
    """One tensor with a batch axis, in shared memory where a worker hands it over.

    Raises
    ------
    DataError
        The inputs differ in shape; `first` names the sample to look at.
    """
    shapes = {tuple(given.shape) for given in inputs}
    if len(shapes) > 1:
        raise DataError(
            f"samples from {first!r} on have different shapes, {sorted(shapes)}. {_way_to_one(shapes)}"
        )
    together: torch.Tensor = default_collate(list(inputs))
    return together


def _way_to_one(shapes: set[tuple[int, ...]]) -> str:
    """What makes inputs of these shapes equal."""
    if {len(shape) for shape in shapes} == {3} and {shape[0] for shape in shapes} == {1, 3}:
        also = ", resize=..., crop=..." * (len({shape[1:] for shape in shapes}) > 1)
        return (
            "Some images are gray and some in colour. Give a preprocessing that makes them equal: "
            f'Preprocess(channels="rgb"{also}) or channels="gray"; where the dataset makes tensors itself, convert the '
            'images in its transform, .convert("RGB").'
        )
    return "Give a preprocessing that makes them equal: Preprocess(resize=..., crop=...)."


class _Read(NamedTuple):
    """One sample read."""

    input: torch.Tensor | None  # None where the sample could not be read
    seen: SampleEntry
    refusal: str = ""


class _Reader(TorchDataset[_Read]):
    """One position read into an input and what is kept of it."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    def __getitem__(self, position: int) -> _Read:
        try:
            return _Read(*_kept(self.dataset[position]))
        except LabelError as error:  # a wrong label is a mistake about the whole set, not a sample to skip
            return _Read(None, _unread(position, ""), str(error))
        except DataError as error:
            return _Read(None, _unread(position, str(error)))
        except Exception as error:  # a user's dataset may raise anything; the sample is named either way
            problem = f"sample {position} cannot be read: {type(error).__name__}: {error}."
            return _Read(None, _unread(position, problem))


def _kept(sample: Sample) -> tuple[torch.Tensor, SampleEntry]:
    try:
        label = NO_LABEL if sample.label is None else operator.index(sample.label)
    except TypeError:
        raise LabelError(
            f"sample {sample.id!r} has the label {sample.label!r}; a label is a whole number, or -1 for none."
        ) from None
    id_ = checked_text(str(sample.id), "the id of a sample,")
    source = checked_text(str(sample.source), f"the source of sample {id_!r},")
    metadata = checked_text(_metadata.encode(dict(sample.metadata)), f"the metadata of sample {id_!r},")
    thumbnail = b"" if sample.picture is None else encode_thumbnail(sample.picture)
    return sample.input, SampleEntry(id_, label, source, metadata, thumbnail)


def _plain(value: Any) -> Any:
    """NumPy's and torch's scalars as Python's, anything else as its text."""
    return value.item() if hasattr(value, "item") else str(value)


_metadata = json.JSONEncoder(default=_plain, ensure_ascii=False)


def _unread(position: int, problem: str) -> SampleEntry:
    # A message may repeat the half character that it is about.
    problem = problem.encode("utf-8", "backslashreplace").decode()
    return SampleEntry(f"#{position}", NO_LABEL, "", "{}", b"", problem)


def _collate(items: Sequence[_Read]) -> Batch:
    seen = [item.seen for item in items]
    if refusals := [item.refusal for item in items if item.refusal]:
        return Batch(None, seen, refusals[0])
    inputs = [item.input for item in items if item.input is not None]
    try:
        return Batch(stacked(inputs, seen[0].id) if inputs else None, seen)
    except DataError as error:
        return Batch(None, seen, str(error))
