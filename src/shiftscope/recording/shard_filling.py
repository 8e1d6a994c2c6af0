"""A shard while its batches come in, each in one copy from the device that the model runs on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import ResponseError
from shiftscope.recording.recorded_layer import RecordedLayer
from shiftscope.recording.seen import Keep, Seen, Shard, StoredType

# The stored type in torch, whole numbers of its size, and the bits of an exponent that is no finite number's.
FORMS: dict[StoredType, tuple[torch.dtype, torch.dtype, int]] = {
    "float16": (torch.float16, torch.int16, 0x7C00),
    "float32": (torch.float32, torch.int32, 0x7F800000),
}


class ShardSummaries(Protocol):
    """Summaries of a shard that are made on the device, batch by batch."""

    def add(self, stored: torch.Tensor, rows: Sequence[int], labels: Sequence[int]) -> None:
        """`stored` (sample, unit of all layers) as they are stored; `rows` (sample,) in the shard."""

    def states(self) -> Mapping[str, Mapping[str, Any]]:
        """Layer -> name -> summary."""


@dataclass(frozen=True)
class _Underway:
    """One batch on its way from the device."""

    rows: slice | npt.NDArray[np.intp]  # of the shard
    shown: Sequence[Seen]
    values: torch.Tensor  # (sample, unit of all layers, then category) float32, on the device
    packed: torch.Tensor  # (sample, confidence, prediction, stored values) bits; not before `arrived`
    arrived: torch.cuda.Event | None


class ShardFilling:
    """A shard while its batches come in.

    On the device a batch's responses become one row of bits a sample, which travel in one copy. With CUDA nobody
    waits for that: a batch is looked at when the next one has been given to the device, or the shard is full.

    Parameters
    ----------
    summaries
        Made on the device; with `keep="summaries"` the responses stay there.
    """

    def __init__(
        self,
        index: int,
        positions: range,
        layers: Sequence[RecordedLayer],
        categories: int,
        stored_as: StoredType,
        *,
        keep: Keep = "responses",
        summaries: ShardSummaries | None = None,
    ) -> None:
        samples = len(positions)
        self._index, self._positions, self._stored_as = index, positions, stored_as
        self._units = {layer.name: layer.units for layer in layers}
        self._categories, self._summaries = categories, summaries
        self._leaving = self._units if summaries is None or keep == "responses" else {}
        self._responses = {
            name: np.full((samples, units), np.nan, stored_as) for name, units in self._leaving.items()
        }
        self._logits = np.full((samples, categories), np.nan, stored_as)
        self._predictions = np.full(samples, NO_LABEL, np.int64)
        self._confidences = np.full(samples, np.nan, np.float32)
        self._samples: list[Seen] = []
        self._underway: _Underway | None = None

    @property
    def full(self) -> bool:
        return len(self._samples) == len(self._positions)

    def append(
        self, seen: Sequence[Seen], responses: Mapping[str, torch.Tensor], logits: torch.Tensor | None
    ) -> None:
        """Take in one batch; `logits` (sample, category) are None where no sample of it could be read.

        Raises
        ------
        ResponseError
            A number of this batch or of the one before that is not finite as stored.
        """
        start = len(self._samples)
        self._samples.extend(seen)
        before, self._underway = self._underway, None
        if logits is not None:
            self._underway = self._send(start, seen, responses, logits)
        if before is not None:
            self._settle(before)

    def finish(self) -> Shard:
        """The shard, full; raises what `append` does."""
        if self._underway is not None:
            self._settle(self._underway)
            self._underway = None
        return Shard(
            self._index,
            self._positions.start,
            self._responses,
            self._logits,
            self._predictions,
            self._confidences,
            self._samples,
            None if self._summaries is None else self._summaries.states(),
        )

    def _send(
        self,
        start: int,
        seen: Sequence[Seen],
        responses: Mapping[str, torch.Tensor],
        logits: torch.Tensor,
    ) -> _Underway:
        shown = [sample for sample in seen if not sample.problem]
        rows: slice | npt.NDArray[np.intp] = slice(start, start + len(seen))
        if len(shown) < len(seen):
            rows = start + np.flatnonzero([not sample.problem for sample in seen])
        stored_type, bits, _ = FORMS[self._stored_as]
        logits = logits.float()
        predictions = logits.argmax(1, keepdim=True)
        confidences = torch.softmax(logits, dim=1).gather(1, predictions)
        pooled = (responses[name].to(logits.device, torch.float32) for name in self._units)
        values = torch.cat([*pooled, logits], dim=1)
        stored = values.to(stored_type)
        if self._summaries is not None:
            units = values.shape[1] - self._categories
            places = range(start, start + len(seen)) if isinstance(rows, slice) else rows.tolist()
            self._summaries.add(stored[:, :units], places, [sample.label for sample in shown])
            predictions = predictions.masked_fill(~stored.isfinite().all(1, keepdim=True), NO_LABEL)
            stored = stored if self._leaving else stored[:, units:]
        parts = (confidences, predictions.int(), stored)
        packed = torch.cat([part.view(bits) for part in parts], dim=1)
        if not packed.is_cuda:
            return _Underway(rows, shown, values, packed.cpu(), None)
        packed = packed.to("cpu", non_blocking=True)  # into pinned memory
        arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
        arrived.record()
        return _Underway(rows, shown, values, packed, arrived)

    def _settle(self, batch: _Underway) -> None:
        if batch.arrived is not None:
            batch.arrived.synchronize()
        packed = batch.packed.numpy()
        size = 4 // packed.itemsize
        _, _, exponent = FORMS[self._stored_as]
        stored = packed[:, 2 * size :]
        predictions = packed[:, size : 2 * size].view(np.int32)[:, 0]
        if ((stored & exponent) == exponent).any() or (predictions == NO_LABEL).any():
            self._refuse(batch)
        self._confidences[batch.rows] = packed[:, :size].view(np.float32)[:, 0]
        self._predictions[batch.rows] = predictions
        first = 0
        for into in (*self._responses.values(), self._logits):
            into[batch.rows] = stored[:, first : first + into.shape[1]].view(self._stored_as)
            first += into.shape[1]

    def _refuse(self, batch: _Underway) -> None:
        """Name the first number that is not finite as stored, layer by layer."""
        stored = batch.values.to(FORMS[self._stored_as][0]).cpu().numpy()
        first = 0
        for what, width in self._widths():
            finite = np.isfinite(stored[:, first : first + width])
            if not finite.all():
                row, unit = (int(place) for place in np.argwhere(~finite)[0])
                value = float(batch.values[row, first + unit])
                where = f"{what}, unit {unit}, sample {batch.shown[row].id!r}"
                if math.isfinite(value):
                    raise ResponseError(
                        f"{where}: the response {value:.6g} is too large for float16. "
                        'Record with stored_as="float32".'
                    )
                raise ResponseError(
                    f"{where}: the response is {value}. Look at this sample's input and the model's weights and "
                    "precision."
                )
            first += width

    def _widths(self) -> list[tuple[str, int]]:
        layers = [(f"layer {name!r}", units) for name, units in self._units.items()]
        return [*layers, ("the logits", self._categories)]
