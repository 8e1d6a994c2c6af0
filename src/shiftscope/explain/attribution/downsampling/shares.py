"""How much of a gradient lies in high frequencies, in front of and behind each module that downsamples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.explain.attribution.numbers.spectra import white_noise_share
from shiftscope.statistics.mean_band import mean_band

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]
COLUMNS = ("module", "kind", "rows", "columns", "rows behind", "columns behind", "samples")


@dataclass(frozen=True)
class Downsampling:
    """What one module does to the gradient on its way back to the input.

    Parameters
    ----------
    size, size_behind
        (rows, columns) of the maps that enter, and of those that leave.
    before : (sample,)
        High-frequency share of the gradient with respect to the maps that enter, through this module alone.
    after : (sample,)
        That of the gradient with respect to the maps that leave, from which the first is made.
    """

    module: str
    kind: str
    size: tuple[int, int]
    size_behind: tuple[int, int]
    before: FloatArray
    after: FloatArray

    @property
    def gain(self) -> FloatArray:
        """(sample,) by how much the share is larger in front of the module, towards the input, than behind it."""
        return self.before - self.after


@dataclass(frozen=True)
class DownsamplingQuestion:
    """Whose gradient, over which samples."""

    dataset: str
    layer: str  # `LOGITS` for those of the answer
    unit: int
    pool: str | None = None  # as recorded where None

    @property
    def in_words(self) -> str:
        pool = "" if self.pool is None else f" ({self.pool})"
        return f"downsampling of {self.layer}:{self.unit}{pool} on {self.dataset}"


@dataclass(frozen=True, eq=False)
class DownsamplingShares:
    """What each module that downsamples does to the gradient of a unit, in the order of the forward pass."""

    question: DownsamplingQuestion
    positions: npt.NDArray[np.int64]  # (sample,)
    modules: Sequence[Downsampling]

    def table(self) -> pd.DataFrame:
        """A row for each module: sizes, shares before and after, and their difference with its 95 % interval over
        samples.

        Columns module, kind, rows, columns, rows behind, columns behind, samples; share_before, share_after; gain,
        gain_low, gain_high; noise_before, noise_after, the shares of white noise of these sizes.
        """
        import pandas as pd

        return pd.DataFrame([_row(each) for each in self.modules])

    @property
    def largest(self) -> Downsampling | None:
        """The module with the largest mean gain; None where no gain was measured."""
        known = [each for each in self.modules if np.isfinite(each.gain).any()]
        return max(known, key=lambda each: float(np.nanmean(each.gain)), default=None)

    def in_words(self) -> str:
        """Which module lets in most, beside what white noise has."""
        told = f"{self.question.in_words}, {len(self.positions)} samples"
        found = self.largest
        if found is None:
            return f"{told}: the gradient is zero on all of them"
        row = _row(found)
        grows = "grows most" if row["gain"] > 0 else "grows nowhere, and falls least"
        return (
            f"{told}: the share of high frequencies in the gradient {grows} at {found.module} ({found.kind}), "
            f"{row['share_after']:.2f} behind it and {row['share_before']:.2f} in front, gain {row['gain']:.2f} "
            f"({row['gain_low']:.2f} to {row['gain_high']:.2f}); white noise has {row['noise_before']:.2f} there"
        )

    def __repr__(self) -> str:
        return f"DownsamplingShares: {self.in_words()}"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.in_words())}</p>{self.table().to_html(index=False, float_format='{:.3f}'.format)}"


def _row(found: Downsampling) -> dict[str, Any]:
    gains = found.gain[np.isfinite(found.gain)]
    gain, low, high = mean_band(len(gains), float(gains.sum()), float((gains**2).sum()))
    named = (found.module, found.kind, *found.size, *found.size_behind, len(gains))
    return {
        **dict(zip(COLUMNS, named, strict=True)),
        "share_before": _mean(found.before),
        "share_after": _mean(found.after),
        "gain": gain,
        "gain_low": low,
        "gain_high": high,
        "noise_before": white_noise_share(found.size),
        "noise_after": white_noise_share(found.size_behind),
    }


def _mean(shares: FloatArray) -> float:
    there = shares[np.isfinite(shares)]
    return float(there.mean()) if len(there) else float("nan")
