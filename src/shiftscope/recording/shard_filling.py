"""A shard while its batches come in, each in one copy from the device that the model runs on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import ResponseError
from shiftscope.recording.recorded_layer import RecordedLayer
from shiftscope.recording.seen import Seen, Shard, StoredType

# The stored type in torch, whole numbers of its size, and the bits of an exponent that is no finite number's.
FORMS: dict[StoredType, tuple[torch.dtype, torch.dtype, int]] = {
    "float16": (torch.float16, torch.int16, 0x7C00),
    "float32": (torch.float32, torch.int32, 0x7F800000),
}


@dataclass(frozen=True)
class _Underway:
    """One batch on its way from the device."""

    rows: slice | npt.NDArray[np.intp]  # of the shard
    shown: Sequence[Seen]
    values: torch.Tensor  # (sample, unit of all layers, then category) float32, on the device
    packed: (
        torch.Tensor
    )  # (sample, confidence, prediction, stored values) bits; not to be read before `arrived`
    arrived: torch.cuda.Event | None


class ShardFilling:
    """A shard while its batches come in.

    On the device a batch's responses become one row of bits a sample, which travel in one copy. With CUDA nobody
    waits for that: a batch is looked at when the next one has been given to the device, or the shard is full.
    """

    def __init__(
        self,
        index: int,
        positions: range,
        layers: Sequence[RecordedLayer],
        categories: int,
        stored_as: StoredType,
    ) -> None:
        samples = len(positions)
        self._index, self._positions, self._stored_as = index, positions, stored_as
        self._responses = {layer.name: np.full((samples, layer.units), np.nan, stored_as) for layer in layers}
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
        pooled = (responses[name].to(logits.device, torch.float32) for name in self._responses)
        values = torch.cat([*pooled, logits], dim=1)
        parts = (confidences, predictions.int(), values.to(stored_type))
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
        if ((stored & exponent) == exponent).any():
            self._refuse(batch, stored.view(self._stored_as))
        self._confidences[batch.rows] = packed[:, :size].view(np.float32)[:, 0]
        self._predictions[batch.rows] = packed[:, size : 2 * size].view(np.int32)[:, 0]
        first = 0
        for into in (*self._responses.values(), self._logits):
            into[batch.rows] = stored[:, first : first + into.shape[1]].view(self._stored_as)
            first += into.shape[1]

    def _refuse(self, batch: _Underway, stored: npt.NDArray[np.floating[Any]]) -> None:
        """Name the first number that is not finite, layer by layer."""
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
        layers = [(f"layer {name!r}", into.shape[1]) for name, into in self._responses.items()]
        return [*layers, ("the logits", self._logits.shape[1])]
