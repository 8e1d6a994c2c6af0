"""A shard while its batches come in, each in one copy from the device that the model runs on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import ResponseError
from shiftscope.model.grid import grid_of
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.recording.rounding import BLUR, LOST, MadeZero, Rounding
from shiftscope.recording.strongest_places import StrongestPlaces
from shiftscope.shard import COMPARED, Keep, SampleEntry, Shard, StoredType

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


MakeSummaries = Callable[
    [Mapping[str, int], int, range], ShardSummaries
]  # of units by layer, categories, positions


@dataclass(frozen=True)
class _Together:
    """Columns that are stored in one type: of whole layers, and with the usual type those of the logits behind."""

    stored_as: StoredType
    units: Mapping[str, int]  # by layer
    logits: int
    summaries: ShardSummaries | None
    rounding: Rounding | None  # of the first shards
    made_zero: MadeZero | None

    @property
    def width(self) -> int:
        return sum(self.units.values()) + self.logits

    def columns(self) -> Iterator[tuple[str | None, slice]]:
        """Each layer's, then the logits' under None."""
        first = 0
        for name, width in (*self.units.items(), (None, self.logits)):
            if width:
                yield name, slice(first, first + width)
            first += width


@dataclass(frozen=True)
class _Underway:
    """One batch on its way from the device."""

    rows: slice | npt.NDArray[np.intp]  # of the shard
    shown: Sequence[SampleEntry]
    values: Sequence[torch.Tensor]  # (sample, column) float32 of what is stored together, on the device
    packed: torch.Tensor  # (sample, confidence, prediction, stored values) bits; not before `arrived`
    arrived: torch.cuda.Event | None


class ShardFilling:
    """A shard while its batches come in.

    On the device a batch's responses become one row of bits a sample, which travel in one copy. With CUDA nobody
    waits for that: a batch is looked at when the next one has been given to the device, or the shard is full.

    Parameters
    ----------
    stored_as, otherwise
        Type of the logits and the layers, and of layers that have another.
    summaries
        Makes them on the device; with `keep="summaries"` the responses stay there.
    compares
        Whether what is stored in float16 is compared with what it was made from: what becomes 0 in every shard, the
        digits in the first ones.
    places
        Whether the places of maxima are looked for in the outputs that `see` is shown.
    """

    def __init__(
        self,
        index: int,
        positions: range,
        layers: Sequence[RecordedLayer],
        categories: int,
        stored_as: StoredType,
        otherwise: Mapping[str, StoredType] | None = None,
        *,
        keep: Keep = "responses",
        summaries: MakeSummaries | None = None,
        compares: bool = True,
        places: bool = False,
    ) -> None:
        samples, otherwise = len(positions), otherwise or {}
        self._index, self._positions, self._logits_stored_as = index, positions, stored_as
        self._together = []
        for kind in sorted(FORMS, key=lambda kind: kind == stored_as):  # the logits last
            units = {each.name: each.units for each in layers if otherwise.get(each.name, stored_as) == kind}
            logits = categories if kind == stored_as else 0
            made = summaries and summaries(units, categories, positions) if units else None
            loses = compares and kind == "float16"
            rounding = Rounding() if loses and positions.start < COMPARED else None
            zero = rounding.made_zero if rounding else MadeZero() if loses else None
            if units or logits:
                self._together.append(_Together(kind, units, logits, made, rounding, zero))
        self._stays = summaries is not None and keep == "summaries"
        self._summarises = summaries is not None
        self._names = [layer.name for layer in layers]
        self._responses = {
            layer.name: np.full((samples, layer.units), np.nan, otherwise.get(layer.name, stored_as))
            for layer in layers
            if not self._stays
        }
        self._logits = np.full((samples, categories), np.nan, stored_as)
        self._predictions = np.full(samples, NO_LABEL, np.int64)
        self._confidences = np.full(samples, np.nan, np.float32)
        self._samples: list[SampleEntry] = []
        self._underway: _Underway | None = None
        self._places = {
            layer.name: StrongestPlaces(layer, otherwise.get(layer.name, stored_as))
            for layer in layers
            if places and grid_of(layer)
        }

    def see(self, layer: RecordedLayer, output: torch.Tensor, responses: torch.Tensor) -> None:
        """Look for places in what a layer gave for the samples of the next `append`."""
        if layer.name in self._places:
            self._places[layer.name].see(output, responses)

    @property
    def full(self) -> bool:
        return len(self._samples) == len(self._positions)

    def append(
        self, seen: Sequence[SampleEntry], responses: Mapping[str, torch.Tensor], logits: torch.Tensor | None
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
        """The shard, full; raises what `append` does, and where float16 takes too much from a unit."""
        if self._underway is not None:
            self._settle(self._underway)
            self._underway = None
        states = {
            name: state
            for together in self._together
            for name, state in (together.summaries.states() if together.summaries else {}).items()
        }
        return Shard(
            self._index,
            self._positions.start,
            self._responses,
            self._logits,
            self._predictions,
            self._confidences,
            self._samples,
            {name: states[name] for name in self._names} if self._summarises else None,
            self._rounding(),
            self._to_zero(),
            self._found_places(),
        )

    def _send(
        self,
        start: int,
        seen: Sequence[SampleEntry],
        responses: Mapping[str, torch.Tensor],
        logits: torch.Tensor,
    ) -> _Underway:
        shown = [sample for sample in seen if not sample.problem]
        rows: slice | npt.NDArray[np.intp] = slice(start, start + len(seen))
        if len(shown) < len(seen):
            rows = start + np.flatnonzero([not sample.problem for sample in seen])
        bits = self._bits
        logits = logits.float()
        predictions = logits.argmax(1, keepdim=True)
        confidences = torch.softmax(logits, dim=1).gather(1, predictions)
        places = range(start, start + len(seen)) if isinstance(rows, slice) else rows.tolist()
        values, leaving = [], []
        for together in self._together:
            pooled = [responses[name].to(logits.device, torch.float32) for name in together.units]
            exact = torch.cat([*pooled, logits] if together.logits else pooled, dim=1)
            stored = exact.to(FORMS[together.stored_as][0])
            compared = together.rounding or together.made_zero
            if compared is not None:
                compared.add(exact, stored)
            units = exact.shape[1] - together.logits
            if together.summaries is not None:
                together.summaries.add(stored[:, :units], places, [sample.label for sample in shown])
                predictions = predictions.masked_fill(~stored.isfinite().all(1, keepdim=True), NO_LABEL)
            values.append(exact)
            leaving.append(stored[:, units:] if self._stays else stored)
        parts = [confidences, predictions.int(), *leaving]
        packed = torch.cat([part.view(bits) for part in parts], dim=1)
        if not packed.is_cuda:
            return _Underway(rows, shown, values, packed.cpu(), None)
        packed = packed.to("cpu", non_blocking=True)  # into pinned memory
        arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
        arrived.record()
        return _Underway(rows, shown, values, packed, arrived)

    @property
    def _bits(self) -> torch.dtype:
        """Whole numbers of the smallest type that is stored."""
        return min((FORMS[each.stored_as][1] for each in self._together), key=lambda bits: bits.itemsize)

    def _settle(self, batch: _Underway) -> None:
        if batch.arrived is not None:
            batch.arrived.synchronize()
        packed = batch.packed.numpy()
        size = 4 // packed.itemsize
        predictions = packed[:, size : 2 * size].view(np.int32)[:, 0]
        finite, at = not (predictions == NO_LABEL).any(), 2 * size
        parts = []
        for together in self._together:
            _, bits, exponent = FORMS[together.stored_as]
            width = together.logits if self._stays else together.width
            end = at + width * bits.itemsize // packed.itemsize
            stored = packed[:, at:end].view(f"i{bits.itemsize}")
            finite = finite and not ((stored & exponent) == exponent).any()
            parts.append(stored.view(together.stored_as))
            at = end
        if not finite:
            self._refuse(batch)
        self._confidences[batch.rows] = packed[:, :size].view(np.float32)[:, 0]
        self._predictions[batch.rows] = predictions
        for together, stored in zip(self._together, parts, strict=True):
            for name, columns in together.columns():
                if name is None:
                    self._logits[batch.rows] = stored[:, stored.shape[1] - together.logits :]
                elif not self._stays:
                    self._responses[name][batch.rows] = stored[:, columns]

    def _refuse(self, batch: _Underway) -> None:
        """Name the first number that is not finite as stored, layer by layer."""
        for together, values in zip(self._together, batch.values, strict=True):
            stored = values.to(FORMS[together.stored_as][0]).cpu().numpy()
            for name, columns in together.columns():
                finite = np.isfinite(stored[:, columns])
                if finite.all():
                    continue
                row, unit = (int(place) for place in np.argwhere(~finite)[0])
                value = float(values[row, columns.start + unit])
                where = f"{_what(name)}, unit {unit}, sample {batch.shown[row].id!r}"
                if math.isfinite(value):
                    raise ResponseError(
                        f"{where}: the response {value:.6g} is too large for float16. "
                        'Record with stored_as="float32".'
                    )
                raise ResponseError(
                    f"{where}: the response is {value}. Look at this sample's input and the model's weights and "
                    "precision."
                )

    def _found_places(self) -> dict[str, dict[str, npt.NDArray[Any]]]:
        shown = self._positions.start + np.flatnonzero([not sample.problem for sample in self._samples])
        found = {name: places.found() for name, places in self._places.items()}
        return {
            name: {"position": shown[told.pop("sample")], **told}
            for name, told in found.items()
            if len(shown)
        }

    def _rounding(self) -> dict[str, Any] | None:
        """What float16 took from the samples shown, counted by layer; None where nothing was compared.

        Raises
        ------
        ResponseError
            It took so much that a unit's samples are told apart no more, or a share of its responses.
        """
        counted: dict[str, Any] = {}
        for together in self._together:
            rounding = together.rounding
            if rounding is None or not rounding.samples:
                continue
            harmed = rounding.harmed().cpu().numpy()
            zero, subnormal = rounding.zero.cpu().numpy(), rounding.subnormal.cpu().numpy()
            counts = {
                name: {"to_zero": int(zero[columns].sum()), "subnormal": int(subnormal[columns].sum())}
                for name, columns in together.columns()
            }
            logits = {"logits": counts.pop(None)} if None in counts else {}
            counted = {"samples": rounding.samples, "layers": counts, **logits}
            for name, columns in together.columns():
                if harmed[columns].any():
                    raise ResponseError(_told(_what(name), int(harmed[columns].argmax()), columns, rounding))
        return counted or None

    def _to_zero(self) -> dict[str, Any] | None:
        """Responses to the samples shown that float16 made 0, counted by layer; None where nothing was counted."""
        for together in self._together:
            if together.made_zero is not None and together.made_zero.samples:
                zero = together.made_zero.count.cpu().numpy()
                counts = {name: int(zero[columns].sum()) for name, columns in together.columns()}
                logits = {"logits": counts.pop(None)} if None in counts else {}
                return {"samples": together.made_zero.samples, "layers": counts, **logits}
        return None


def _what(name: str | None) -> str:
    return "the logits" if name is None else f"layer {name!r}"


def _told(what: str, unit: int, columns: slice, rounding: Rounding) -> str:
    column = columns.start + unit
    zero, error, spread = (float(each[column]) for each in (rounding.zero, rounding.error, rounding.spread()))
    if zero > LOST * rounding.samples:
        took = f"makes {int(zero)} of {rounding.samples} responses zero that are not"
    else:
        took = (
            f"moves responses by up to {error:.3g}, more than {100 * BLUR:g} % of their standard deviation of "
            f"{spread:.3g} over {rounding.samples} samples"
        )
    return (
        f"{what}, unit {unit}: float16 {took}. Record every dataset of the study with "
        'stored_as="float32"; overwrite=True replaces what there is.'
    )
