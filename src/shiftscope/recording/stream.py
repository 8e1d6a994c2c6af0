"""Model and dataset as a stream of shards: runs of samples with everything that is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import nn

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.sample import Dataset, Sample
from shiftscope.errors import BadRequest, DataError, LabelError, ModelError, ShiftscopeError
from shiftscope.model.answer import Answer
from shiftscope.model.evaluation.evaluation import device_and_dtype, observed
from shiftscope.model.evaluation.kept_randomness import kept_randomness
from shiftscope.model.forward import GOES_ON, failures_told, under_autocast
from shiftscope.model.output import log_of, logits_in
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.survey.find_answer import are_probabilities
from shiftscope.model.taps import Taps
from shiftscope.recording.batches import Batch, batches, stacked
from shiftscope.recording.shard_filling import MakeSummaries, ShardFilling
from shiftscope.shard import Keep, Shard, StoredType
from shiftscope.typed import as_whole_number, check_choice

OnError = Literal["raise", "skip"]


def silent(samples: int) -> None:
    pass


@dataclass(frozen=True)
class PassOptions:
    """How samples go through the model.

    Parameters
    ----------
    summaries_on_device
        Whether summaries are made on the device that has the responses: with CUDA where None. Without float64 the
        host makes them.

    Raises
    ------
    BadRequest
        A batch size that is no whole number above zero, loader workers that are none from zero on, or another
        `on_error` than "raise" or "skip".
    """

    batch_size: int = 64
    loader_workers: int = 0
    on_error: OnError = "raise"
    progress: Callable[[int], None] = field(default=silent)  # samples done since the last call
    summaries_on_device: bool | None = None

    def __post_init__(self) -> None:
        for option, given, least in (
            ("batch_size", self.batch_size, 1),
            ("loader_workers", self.loader_workers, 0),
        ):
            number = as_whole_number(given)
            if number is None or number < least:
                raise BadRequest(f"{option}={given!r}; it is a whole number, at least {least}.")
        check_choice("on_error", self.on_error, OnError)

    def summarises_on(self, device: torch.device) -> bool:
        if self.summaries_on_device is None:
            return device.type == "cuda"
        return self.summaries_on_device and device.type != "mps"  # which has no float64


def stream(
    model: nn.Module,
    dataset: Dataset,
    layers: Sequence[RecordedLayer],
    categories: Sequence[str],
    shards: Mapping[int, range],
    *,
    stored_as: StoredType,
    stored_otherwise: Mapping[str, StoredType] | None = None,
    answer: Answer,
    options: PassOptions,
    keep: Keep = "responses",
    summaries: MakeSummaries | None = None,
    compares: bool = True,
    places: bool = False,
) -> Generator[Shard, None, None]:
    """Show the samples of `shards` (index -> positions) to the model, one finished shard at a time.

    Batches never cross a border between shards, so a shard is the same whichever shards are asked for.

    Parameters
    ----------
    summaries
        Makes what a shard's responses are summarised with on the device: of the units by layer, the number of
        categories and the shard's positions.
    compares
        Whether the first shards are compared with what they were before they were stored in float16.
    places
        Whether the places of maxima are looked for, of units that are read off a map.

    Raises
    ------
    DataError
        A sample that cannot be read (unless `on_error="skip"`), or a label outside the categories.
    ModelError
        The model or its device fails, gives no row of logits for each sample, or gives no probabilities though
        `answer` says so.
    ResponseError
        A response that is NaN, infinite or too large for the stored type, or a unit from which float16 takes too
        much; layer and unit are named.
    """
    device, dtype = device_and_dtype(model)
    pinned = device.type == "cuda"
    made_there = summaries if options.summarises_on(device) else None
    loaded = batches(
        dataset, shards.values(), options.batch_size, workers=options.loader_workers, pinned=pinned
    )
    try:
        with observed(model), Taps(model, layers) as taps:
            for index, positions in shards.items():
                shard = ShardFilling(
                    index,
                    positions,
                    layers,
                    len(categories),
                    stored_as,
                    stored_otherwise,
                    keep=keep,
                    summaries=made_there,
                    compares=compares,
                    places=places,
                )
                taps.see = shard.see if places else None
                while not shard.full:
                    batch = _next(loaded)
                    _refuse_problems(batch, len(categories), options.on_error)
                    logits = None
                    if batch.inputs is not None:
                        logits = _shown(model, batch.inputs, device, dtype, answer)
                    shard.append(batch.seen, taps.take() if logits is not None else {}, logits)
                    options.progress(len(batch.seen))
                    del batch, logits  # nor is a batch kept while the next one is read
                yield shard.finish()
    finally:
        del loaded  # its workers end here, even where an error's traceback keeps this frame


@kept_randomness(torch.device("cpu"))  # which a dataset may draw from
def first_inputs(dataset: Dataset, model: nn.Module) -> tuple[torch.Tensor, tuple[int, int] | None]:
    """The first readable samples, two if there are, as one batch on the model's device.

    Beside it are the rows and columns of the first one's picture; None where it has none.

    Raises
    ------
    DataError
        The dataset is empty, or none of its first hundred samples can be read.
    """
    if len(dataset) == 0:
        raise DataError("the dataset is empty: there is no sample to record.")
    device, dtype = device_and_dtype(model)
    samples: list[Sample] = []
    problem: ShiftscopeError | None = None
    for position in range(min(len(dataset), 100)):
        try:
            samples.append(dataset[position])
        except LabelError:
            raise
        except DataError as error:
            problem = error
        if len(samples) == 2:
            break
    if not samples:
        raise DataError(f"none of the first samples can be read; the last one: {problem}")
    inputs = stacked([sample.input for sample in samples], "the first one")
    picture = samples[0].picture
    size = None if picture is None else (picture.height, picture.width)
    return _as_floating(inputs.to(device), dtype), size


def _log_probabilities(outputs: torch.Tensor) -> torch.Tensor:
    if not are_probabilities(outputs):
        raise ModelError(
            "the model's first outputs were probabilities, none negative and with a sum of one, and later ones are "
            'not. Say which they are: outputs="logits" or outputs="probabilities".'
        )
    return log_of(outputs)


def _shown(
    model: nn.Module,
    inputs: torch.Tensor,
    device: torch.device,
    dtype: torch.dtype,
    answer: Answer,
) -> torch.Tensor:
    """The logits, (sample, category)."""
    with failures_told(inputs), under_autocast(answer.autocast, device):
        given = model(_as_floating(inputs.to(device, non_blocking=device.type == "cuda"), dtype))
    logits = logits_in(given, answer.output, len(inputs))
    return _log_probabilities(logits.float()) if answer.probabilities else logits


def _next(loaded: Iterator[Batch]) -> Batch:
    try:
        return next(loaded)
    except RuntimeError as error:
        if "DataLoader worker" not in str(error):
            raise
        raise DataError(
            f"a process that reads samples has died: {error} Its memory or that under /dev/shm may be too small: "
            f"record with fewer loader_workers. {GOES_ON}"
        ) from error


def _as_floating(inputs: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return inputs.to(dtype) if inputs.is_floating_point() else inputs


def _refuse_problems(batch: Batch, categories: int, on_error: OnError) -> None:
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
