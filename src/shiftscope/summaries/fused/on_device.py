"""The summaries of a shard made of its batches on the device that has them, with torch's own operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.arrays import in_order
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.histograms import BINS, SMALLEST_EXPONENT, Histograms
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.summaries.summarise import summarise
from shiftscope.summaries.summary import Block, Summary, summaries
from shiftscope.summaries.top_samples import KEPT, TopSamples

MAKES = {"category_sums", "histograms", "maxima", "moments", "top_samples"}
# A sum of this many float16 fits the 53 digits of a float64, in any order: multiples of 2^-24 below 2^16.
SUMMED_EXACTLY = 2**13
FRACTION, BIAS = 52, 1023  # digits and exponent of a float64


class OnDevice:
    """The summaries of one shard, batch after batch, without waiting for the device before the end.

    Equal to `summarise_shard`: exactly but for sums, which are of float64 in another order. Sums of float16 by category
    are exact as well, where the shard has at most `SUMMED_EXACTLY` samples. All layers are one wide matrix, so that a
    batch takes as many operations whatever the number of layers. The device holds the summaries and less than 50 bytes
    for each response of the batch; it needs float64.

    Parameters
    ----------
    layers
        Name -> units, in the order of the columns.
    positions
        Of the shard's samples in the dataset.
    """

    def __init__(self, layers: Mapping[str, int], categories: int, positions: range) -> None:
        self._layers, self._categories, self._positions = layers, categories, positions
        self._samples = np.zeros(categories + 1, np.int64)  # the last ones have no label
        # Made at the first batch, which tells the device and the type.
        self._largest: torch.Tensor  # (unit,)
        self._smallest: torch.Tensor  # (unit,)
        self._top: torch.Tensor  # (unit, KEPT) keys, in no order

    def add(self, stored: torch.Tensor, rows: Sequence[int], labels: Sequence[int]) -> None:
        """Take in one batch.

        Parameters
        ----------
        stored : (sample, unit of all layers)
            As they are stored, float16 or float32. After numbers that are not finite, the summaries are of no use.
        rows : (sample,)
            In the shard; none is there twice.
        labels : (sample,)
            NO_LABEL where there is none.
        """
        if not len(rows):
            return
        if not self._samples.any():
            self._begin(stored)
        category = [label if label >= 0 else self._categories for label in labels]
        self._samples += np.bincount(category, minlength=self._categories + 1)
        places = torch.tensor([rows, category], device="cpu")
        if stored.is_cuda:  # the copy of memory that is not pinned would be waited for
            places = places.pin_memory()
        row, of = places.to(stored.device, non_blocking=True)
        wide = stored.double()
        before = self._ranges()
        self._largest = torch.maximum(self._largest, wide.amax(0))
        self._smallest = torch.minimum(self._smallest, wide.amin(0))
        self._fired += (wide > 0).sum(0)
        self._squares += wide.square().sum(0)
        if self._exact:
            self._total.index_add_(0, of, wide)
        else:  # which sorts first: the order of `index_add_` on CUDA is another each time
            self._total.index_put_((of,), wide, accumulate=True)
        self._count(wide, before)
        together = torch.cat([self._top, self._keys(stored, row)], dim=1)
        self._top = torch.topk(together, KEPT, dim=1, sorted=False).values

    def states(self) -> dict[str, dict[str, Summary]]:
        """What was seen, layer -> name -> state; the device is waited for."""
        if not self._samples.any():
            return {name: self._nothing(units) for name, units in self._layers.items()}
        squares, fired, largest, smallest, counts = (
            part.cpu().numpy()
            for part in (
                self._squares,
                self._fired,
                self._largest + 0.0,  # minus zero becomes zero
                self._smallest + 0.0,
                self._counts.long(),
            )
        )
        total = self._by_category()
        exponent, signed = (part.cpu().numpy() for part in self._ranges())
        position, response = self._strongest()
        states: dict[str, dict[str, Summary]] = {}
        first = 0
        for name, units in self._layers.items():
            own = slice(first, first + units)
            states[name] = {
                "category_sums": CategorySums(total[: self._categories, own], self._samples[:-1]),
                "histograms": Histograms(counts[:, own], exponent[own], signed[own]),
                "maxima": Maxima(largest[own], smallest[own]),
                "moments": Moments(
                    np.array(self._samples.sum()), total[:, own].sum(axis=0), squares[own], fired[own]
                ),
                "top_samples": TopSamples(position[:, own], response[:, own]),
            }
            first += units
        return states

    def _begin(self, stored: torch.Tensor) -> None:
        units = stored.shape[1]
        half, few = stored.dtype == torch.float16, len(self._positions)

        def full(shape: tuple[int, ...], value: float, dtype: torch.dtype) -> torch.Tensor:
            return torch.full(shape, value, dtype=dtype, device=stored.device)

        self._bits = torch.int16 if half else torch.int32
        self._exact = half and few <= SUMMED_EXACTLY
        self._total = full((self._categories + 1, units), 0, torch.float64)
        self._squares, self._fired = full((units,), 0, torch.float64), full((units,), 0, torch.int64)
        self._largest = full((units,), -torch.inf, torch.float64)
        self._smallest = full((units,), torch.inf, torch.float64)
        self._counts = full((BINS, units), 0, torch.int32)
        self._bins = torch.arange(BINS, device=stored.device)[:, None]
        # A key holds a response above the row that it came from: of float16 and few rows, both fit 32 bits.
        self._row_bits, keys = (16, torch.int32) if half and few <= 2**16 else (32, torch.int64)
        self._top = full((units, KEPT), torch.iinfo(keys).min, keys)

    def _ranges(self) -> tuple[torch.Tensor, torch.Tensor]:
        """(unit,) exponent and sign of the histograms' ranges, from the extremes so far."""
        # Positive numbers have the order of their bits. The number before -2^e ends where 2^e does.
        above = self._largest.clamp_min(0).view(torch.int64)
        below = self._smallest.clamp_max(0).abs().view(torch.int64) - 1
        exponent = (torch.maximum(above, below) >> FRACTION) - (BIAS - 1)
        return exponent.clamp_min(SMALLEST_EXPONENT), self._smallest < 0

    def _count(self, wide: torch.Tensor, before: tuple[torch.Tensor, torch.Tensor]) -> None:
        """Widen the bins to the extremes, as `Histograms.widened` does at once, and count the batch into them."""
        (exponent_before, signed_before), (exponent, signed) = before, self._ranges()
        zero_before, zero = BINS // 2 * signed_before, BINS // 2 * signed
        halved = (exponent - exponent_before + (signed & ~signed_before)).clamp(
            0, 30
        )  # 30 is as good as more
        # What is not finite is noticed later. Until then it must not reach outside, which ends the use of CUDA.
        into = (((self._bins - zero_before) >> halved) + zero).clamp_(0, BINS - 1)
        counts = torch.zeros_like(self._counts).scatter_add_(0, into, self._counts)
        digits = BINS.bit_length() - 1 - signed.long()
        per_unit = ((BIAS + digits - exponent) << FRACTION).view(torch.float64)  # a power of two, exactly
        bins = (wide * per_unit).floor_().long().add_(zero).clamp_(0, BINS - 1)
        one = torch.ones((), dtype=counts.dtype, device=counts.device)
        self._counts = counts.scatter_add_(0, bins, one.expand_as(bins))

    def _keys(self, stored: torch.Tensor, row: torch.Tensor) -> torch.Tensor:
        """(unit, sample) integers, larger for a larger response and, of equal ones, for the earlier row."""
        info = torch.iinfo(self._bits)
        bits = stored.view(self._bits).to(self._top.dtype)
        order = bits ^ ((bits >> (info.bits - 1)) & info.max)
        order += order == -1  # minus zero, beside zero
        last = (1 << self._row_bits) - 1
        return ((order << self._row_bits) + (last - row).to(order.dtype)[:, None]).T

    def _by_category(self) -> npt.NDArray[np.float64]:
        """(category, unit) sums; only of categories that were seen do they leave the device."""
        total, present = np.zeros(self._total.shape), np.flatnonzero(self._samples)
        total[present] = self._total[torch.from_numpy(present).to(self._total.device)].cpu().numpy()
        return total

    def _strongest(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """(rank, unit) positions and responses."""
        keys: npt.NDArray[Any] = self._top.sort(dim=1, descending=True).values.T.contiguous().cpu().numpy()
        missing, last = keys == np.iinfo(keys.dtype).min, (1 << self._row_bits) - 1
        position = self._positions.start + last - (keys.astype(np.int64) & last)
        whole, single = (np.int16, np.float16) if self._bits is torch.int16 else (np.int32, np.float32)
        response = in_order((keys >> self._row_bits).astype(whole)).view(single).astype(np.float32)
        return np.where(missing, -1, position), np.where(missing, np.float32(np.nan), response)

    def _nothing(self, units: int) -> dict[str, Summary]:
        none = np.empty(0, np.int64)
        return summarise(Block(np.empty((0, units), np.float32), none, none, self._categories))


def every_summary_on_device() -> type[OnDevice] | None:
    """`OnDevice`; None where there is a summary that it does not make, which takes the responses themselves."""
    return OnDevice if set(summaries) == MAKES else None
