"""The dataset behind a `DataLoader`, when the loader shows all of it, in order and unchanged."""

from __future__ import annotations

from typing import Any

from torch.utils.data import (
    BatchSampler,
    DataLoader,
    IterableDataset,
    SequentialSampler,
    default_collate,
    default_convert,
)

from shiftscope.errors import DataError


def loader_dataset(loader: DataLoader[Any]) -> Any:
    """The loader's dataset; batches and workers are the recording's affair.

    Raises
    ------
    DataError
        The loader shuffles, samples, drops or collates in its own way, or its dataset has no places.
    """
    problem = _problem(loader)
    if problem is not None:
        raise DataError(
            f"the DataLoader {problem}, and samples need fixed places to have lasting ids. "
            "Give its dataset instead (loader.dataset), or a DataLoader with shuffle=False and no sampler."
        )
    return loader.dataset


def _problem(loader: DataLoader[Any]) -> str | None:
    if isinstance(loader.dataset, IterableDataset):
        return f"reads a stream, {type(loader.dataset).__name__}"
    batches = loader.batch_sampler
    if batches is not None and type(batches) is not BatchSampler:
        return f"has a batch sampler of its own, {type(batches).__name__}"
    sampler = loader.sampler if batches is None else batches.sampler
    if type(sampler) is not SequentialSampler or len(sampler) != len(loader.dataset):  # type: ignore[arg-type]
        return f"shuffles or samples, with a {type(sampler).__name__}"
    if batches is not None and batches.drop_last and len(sampler) % batches.batch_size:
        return "drops the last samples (drop_last=True)"
    if loader.collate_fn not in (default_collate, default_convert):
        name = getattr(loader.collate_fn, "__name__", type(loader.collate_fn).__name__)
        return f"changes samples while it collates them, with {name}"
    return None
