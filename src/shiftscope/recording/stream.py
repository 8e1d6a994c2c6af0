"""Model and dataset as a stream of shards: runs of samples with everything that is kept of them."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.sample import Dataset, Sample
from shiftscope.errors import BadRequest, DataError, LabelError, ModelError, ResponseError, ShiftscopeError
from shiftscope.recording.hooks import Taps
from shiftscope.recording.model import device_and_dtype, observed
from shiftscope.recording.output import logits_in
from shiftscope.recording.recorded_layer import RecordedLayer
from shiftscope.recording.seen import Seen, Shard, StoredType
from shiftscope.recording.thumbnails import encode_thumbnail

OnError = Literal["raise", "skip"]
TINY = torch.finfo(torch.float32).tiny  # a probability of zero has no logarithm


@dataclass(frozen=True)
class Pass:
    """How samples go through the model.

    Raises
    ------
    BadRequest
        A batch size below one, a negative number of workers, or another `on_error` than "raise" or "skip".
    """

    batch_size: int = 64
    workers: int = 0
    on_error: OnError = "raise"
    progress: Callable[[int], None] = field(default=lambda samples: None)  # samples done since the last call

    def __post_init__(self) -> None:
        if self.batch_size < 1 or self.workers < 0:
            raise BadRequest(
                f"batch_size={self.batch_size}, workers={self.workers}; at least 1, and at least 0."
            )
        if self.on_error not in get_args(OnError):
            raise BadRequest(f"on_error={self.on_error!r}; it can be 'raise' or 'skip'.")


def stream(
    model: nn.Module,
    dataset: Dataset,
    layers: Sequence[RecordedLayer],
    categories: Sequence[str],
    shards: Mapping[int, range],
    *,
    stored_as: StoredType,
    probabilities: bool,
    how: Pass,
) -> Generator[Shard, None, None]:
    """Show the samples of `shards` (index -> positions) to the model, one finished shard at a time.

    Batches never cross a border between shards, so a shard is the same whichever shards are asked for.

    Raises
    ------
    DataError
        A sample that cannot be read (unless `on_error="skip"`), or a label outside the categories.
    ModelError
        Outputs that are no probabilities, though `probabilities` says so.
    ResponseError
        A response that is NaN, infinite or too large for the stored type; layer, unit and sample are named.
    """
    batches = [
        list(positions[start : start + how.batch_size])
        for positions in shards.values()
        for start in range(0, len(positions), how.batch_size)
    ]
    loader = DataLoader(
        _Reader(dataset),
        batch_sampler=batches,
        num_workers=how.workers,
        collate_fn=_collate,
        generator=torch.Generator(),  # torch's own would move, and a training that records with it
    )
    device, dtype = device_and_dtype(model)
    with observed(model), Taps(model, layers) as taps:
        loaded = iter(loader)
        for index, positions in shards.items():
            shard = _Filling(index, positions, layers, categories, stored_as)
            while not shard.full:
                batch = next(loaded)
                _refuse_problems(batch, len(categories), how.on_error)
                if batch.inputs is None:
                    shard.append(batch.seen, {}, None)
                else:
                    outputs = logits_in(model(_as_floating(batch.inputs.to(device), dtype))).float()
                    logits = _log_probabilities(outputs) if probabilities else outputs
                    shard.append(batch.seen, taps.take(), logits)
                how.progress(len(batch.seen))
            yield shard.finish()


def check_outputs(
    model: nn.Module, inputs: torch.Tensor, categories: Sequence[str]
) -> tuple[tuple[str, ...], bool]:
    """The category names, one for each output, numbers where none are given; and whether outputs are probabilities.

    Probabilities, none negative and summing to one, are kept as their logarithms: the softmax of those is right.

    Raises
    ------
    ModelError
        The model gives another number of logits than there are names.
    """
    with observed(model):
        logits = logits_in(model(inputs))
    names = tuple(categories) or tuple(map(str, range(logits.shape[1])))
    if tuple(logits.shape) != (len(inputs), len(names)):
        raise ModelError(
            f"the model gives logits of shape {tuple(logits.shape)} for {len(inputs)} samples, and there are "
            f"{len(names)} categories. Create the study with one category name for each logit."
        )
    return names, are_probabilities(logits)


def first_inputs(dataset: Dataset, model: nn.Module) -> torch.Tensor:
    """The first readable samples, two if there are, as one batch on the model's device.

    Raises
    ------
    DataError
        The dataset is empty, or none of its first hundred samples can be read.
    """
    if len(dataset) == 0:
        raise DataError("the dataset is empty: there is no sample to record.")
    device, dtype = device_and_dtype(model)
    inputs: list[torch.Tensor] = []
    problem: ShiftscopeError | None = None
    for position in range(min(len(dataset), 100)):
        try:
            inputs.append(dataset[position].input)
        except LabelError:
            raise
        except DataError as error:
            problem = error
        if len(inputs) == 2:
            break
    if not inputs:
        raise DataError(f"none of the first samples can be read; the last one: {problem}")
    return _as_floating(_stacked(inputs, "the first one").to(device), dtype)


@dataclass(frozen=True)
class _Batch:
    """Samples as they come out of the loader. Errors travel as text: a worker would wrap them in its trace."""

    inputs: torch.Tensor | None  # without the samples that could not be read
    seen: Sequence[Seen]
    refusal: str = ""


def are_probabilities(outputs: torch.Tensor) -> bool:
    """Whether every row is one distribution: none negative, sum one."""
    sums = outputs.float().sum(1)
    return bool((outputs >= 0).all()) and bool(((sums - 1).abs() < 1e-2).all())


def _log_probabilities(outputs: torch.Tensor) -> torch.Tensor:
    if not are_probabilities(outputs):
        raise ModelError(
            "the model's first outputs were probabilities, none negative and with a sum of one, and later ones are "
            'not. Say which they are: outputs="logits" or outputs="probabilities".'
        )
    return torch.log(outputs.clamp_min(TINY))


class _Read(NamedTuple):
    """One sample read."""

    input: torch.Tensor | None  # None where the sample could not be read
    seen: Seen
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


def _kept(sample: Sample) -> tuple[torch.Tensor, Seen]:
    try:
        label = NO_LABEL if sample.label is None else operator.index(sample.label)
    except TypeError:
        raise LabelError(
            f"sample {sample.id!r} has the label {sample.label!r}; a label is a whole number, or -1 for none."
        ) from None
    id_, source = str(sample.id), str(sample.source)
    (id_ + source).encode()  # a lone surrogate could not be stored
    metadata = json.dumps(dict(sample.metadata), default=_plain, ensure_ascii=False)
    thumbnail = b"" if sample.picture is None else encode_thumbnail(sample.picture)
    return sample.input, Seen(id_, label, source, metadata, thumbnail)


def _plain(value: Any) -> Any:
    """NumPy's and torch's scalars as Python's, anything else as its text."""
    return value.item() if hasattr(value, "item") else str(value)


def _unread(position: int, problem: str) -> Seen:
    return Seen(f"#{position}", NO_LABEL, "", "{}", b"", problem)


def _collate(items: Sequence[_Read]) -> _Batch:
    seen = [item.seen for item in items]
    if refusals := [item.refusal for item in items if item.refusal]:
        return _Batch(None, seen, refusals[0])
    inputs = [item.input for item in items if item.input is not None]
    try:
        return _Batch(_stacked(inputs, seen[0].id) if inputs else None, seen)
    except DataError as error:
        return _Batch(None, seen, str(error))


def _stacked(inputs: Sequence[torch.Tensor], first: str) -> torch.Tensor:
    shapes = {tuple(given.shape) for given in inputs}
    if len(shapes) > 1:
        raise DataError(
            f"samples from {first!r} on have different shapes, {sorted(shapes)}. Give a preprocessing that makes "
            "them equal: Preprocess(resize=..., crop=...)."
        )
    return torch.stack(list(inputs))


def _as_floating(inputs: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return inputs.to(dtype) if inputs.is_floating_point() else inputs


def _refuse_problems(batch: _Batch, categories: int, on_error: OnError) -> None:
    if batch.refusal:
        raise DataError(batch.refusal)
    for sample in batch.seen:
        if sample.problem and on_error == "raise":
            raise DataError(f'{sample.problem} Record with on_error="skip" to count it and go on.')
        if not NO_LABEL <= sample.label < categories:
            raise DataError(
                f"sample {sample.id!r} has label {sample.label}, but the model has {categories} categories "
                f"(0 to {categories - 1}). Map the labels, or use -1 for a sample without one."
            )


class _Filling:
    """A shard while its batches come in."""

    def __init__(
        self,
        index: int,
        positions: range,
        layers: Sequence[RecordedLayer],
        categories: Sequence[str],
        stored_as: StoredType,
    ) -> None:
        samples = len(positions)
        self._index, self._positions, self._layers = index, positions, layers
        self._responses = {layer.name: np.full((samples, layer.units), np.nan, stored_as) for layer in layers}
        self._logits = np.full((samples, len(categories)), np.nan, stored_as)
        self._predictions = np.full(samples, NO_LABEL, np.int64)
        self._confidences = np.full(samples, np.nan, np.float32)
        self._samples: list[Seen] = []

    @property
    def full(self) -> bool:
        return len(self._samples) == len(self._positions)

    def append(
        self, seen: Sequence[Seen], responses: Mapping[str, torch.Tensor], logits: torch.Tensor | None
    ) -> None:
        start = len(self._samples)
        self._samples.extend(seen)
        shown = [sample for sample in seen if not sample.problem]
        rows = start + np.flatnonzero([not sample.problem for sample in seen])
        if logits is None:
            return
        for layer in self._layers:
            self._store(
                self._responses[layer.name], rows, responses[layer.name], f"layer {layer.name!r}", shown
            )
        self._store(self._logits, rows, logits, "the logits", shown)
        probabilities = torch.softmax(logits, dim=1)
        confidences, predictions = probabilities.max(dim=1)
        self._predictions[rows] = predictions.cpu().numpy()
        self._confidences[rows] = confidences.cpu().numpy()

    def finish(self) -> Shard:
        return Shard(
            self._index,
            self._positions.start,
            self._responses,
            self._logits,
            self._predictions,
            self._confidences,
            self._samples,
        )

    @staticmethod
    def _store(
        into: npt.NDArray[np.floating[Any]],
        rows: npt.NDArray[np.intp],
        values: torch.Tensor,
        what: str,
        shown: Sequence[Seen],
    ) -> None:
        stored = values.to(torch.float16 if into.dtype == np.float16 else torch.float32)
        if not bool(torch.isfinite(stored).all()):
            row, unit = (int(i) for i in (~torch.isfinite(stored)).nonzero()[0])
            value = float(values[row, unit])
            where = f"{what}, unit {unit}, sample {shown[row].id!r}"
            if np.isfinite(value):
                raise ResponseError(
                    f'{where}: the response {value:.6g} is too large for float16. Record with stored_as="float32".'
                )
            raise ResponseError(
                f"{where}: the response is {value}. Look at this sample's input and the model's weights and precision."
            )
        into[rows] = stored.cpu().numpy()
