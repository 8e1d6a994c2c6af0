"""How often each unit responds how strongly: 64 bins whose range is a power of two, so that any two merge exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import BinUnitArray, SampleUnitArray
from shiftscope.summaries.summary import Block, axes, summaries

BINS = 64
LARGEST_EXPONENT = 128  # every single-precision number lies below
SMALLEST_EXPONENT = -24  # the smallest half-precision number; an all-zero unit has this range


@summaries.named("histograms")
@dataclass(frozen=True)
class Histograms:
    """Counts over [0, 2^e), or over [-2^e, 2^e) for a unit that was ever negative.

    The range is the smallest that holds every response seen; a wider one is reached by adding
    neighbouring bins, so no order of merging changes a count.
    """

    counts: BinUnitArray = axes("bin", "unit", kind="i", low=0, bin=BINS)
    exponent: npt.NDArray[np.int64] = axes("unit", kind="i", low=SMALLEST_EXPONENT, high=LARGEST_EXPONENT)
    signed: npt.NDArray[np.bool_] = axes("unit", kind="b")

    @classmethod
    def of(cls, block: Block) -> Histograms:
        units = block.responses.shape[1]
        if not len(block.responses):
            nothing = np.zeros((BINS, units), np.int64)
            return cls(nothing, np.full(units, SMALLEST_EXPONENT), np.zeros(units, bool))
        exponent = _exponent(block.responses)
        signed = block.responses.min(axis=0) < 0
        per_unit = np.where(signed, BINS // 2, BINS) / np.exp2(exponent)
        bins = np.floor(block.responses * per_unit).astype(np.int64) + np.where(signed, BINS // 2, 0)
        flat = bins * units + np.arange(units)
        counts = np.bincount(flat.ravel(), minlength=BINS * units).reshape(BINS, units)
        return cls(counts, exponent, signed)

    def merge(self, later: Histograms) -> Histograms:
        exponent = np.maximum(self.exponent, later.exponent)
        signed = self.signed | later.signed
        ours, theirs = self.widened(exponent, signed), later.widened(exponent, signed)
        return Histograms(ours.counts + theirs.counts, exponent, signed)

    def widened(self, exponent: npt.NDArray[np.int64], signed: npt.NDArray[np.bool_]) -> Histograms:
        """The same counts over ranges at least as wide."""
        counts, reached, two_sided = self.counts.copy(), self.exponent.copy(), self.signed.copy()
        opening = signed & ~two_sided
        counts[:, opening] = np.concatenate([np.zeros_like(p := _pairs(counts[:, opening])), p])
        two_sided |= signed
        while (narrow := reached < exponent).any():
            onesided, twosided = narrow & ~two_sided, narrow & two_sided
            pairs = _pairs(counts[:, onesided])
            counts[:, onesided] = np.concatenate([pairs, np.zeros_like(pairs)])
            pairs = _pairs(counts[:, twosided])
            quarter = np.zeros_like(pairs[: BINS // 4])
            counts[:, twosided] = np.concatenate([quarter, pairs, quarter])
            reached += narrow
        return Histograms(counts, reached, two_sided)

    def edges(self, unit: int) -> npt.NDArray[np.float64]:
        """(bin + 1,) edges of one unit's bins, in units of the response."""
        high = np.exp2(float(self.exponent[unit]))
        return np.linspace(-high if self.signed[unit] else 0.0, high, BINS + 1)


def _exponent(responses: SampleUnitArray) -> npt.NDArray[np.int64]:
    """(unit,) smallest e with every response in [-2^e, 2^e)."""
    _, above = np.frexp(np.maximum(responses.max(axis=0), 0))  # x < 2^e
    mantissa, below = np.frexp(np.minimum(responses.min(axis=0), 0))
    below = np.where(mantissa == -0.5, below - 1, below)  # -2^e itself lies inside
    exponents = np.maximum(np.where(responses.max(axis=0) > 0, above, SMALLEST_EXPONENT), SMALLEST_EXPONENT)
    return np.maximum(exponents, np.where(mantissa < 0, below, SMALLEST_EXPONENT)).astype(np.int64)


def _pairs(counts: BinUnitArray) -> BinUnitArray:
    return counts[0::2] + counts[1::2]
