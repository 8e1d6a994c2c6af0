"""What a shift does to the spectra of pictures: how strong each frequency is, beside the reference."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import ShapeError
from shiftscope.explain.visualisation.canvas.magnitudes import Magnitudes
from shiftscope.statistics.bootstrap import interval
from shiftscope.statistics.resampled_means import LEVEL, resampled_means

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]

BANDS = 16  # of frequency, evenly from 0 to the corner
COARSE, FINE = 0.125, 0.25  # cycles per pixel up to which structure is called coarse, and above which fine
RESAMPLES = 1000


@dataclass(frozen=True, eq=False)
class RadialRatio:
    """Mean magnitude under the shift over that on the reference, by band of frequency."""

    frequencies: (
        Array  # (band,) middles in cycles per pixel; the last two are of all that is coarse, and fine
    )
    ratio: Array  # (band,) NaN where no picture has such a frequency, or the reference nothing there
    low: Array  # (band,) ends of its 95 % interval over pictures
    high: Array


@dataclass(frozen=True, eq=False)
class ShiftSpectra:
    """Spectra of the pictures of two datasets, in the reference's decorrelated colours."""

    dataset: str
    reference: str
    radial: RadialRatio
    pictures: tuple[int, int]  # of the dataset and of the reference
    paired: bool  # whether both are made of the same originals, which are drawn together
    templates: tuple[Magnitudes, Magnitudes]  # of the dataset and of the reference

    def table(self) -> pd.DataFrame:
        """A row for each band: its middle in cycles per pixel, the ratio, and the ends of its interval."""
        import pandas as pd

        radial = self.radial
        columns = {"cycles_per_pixel": radial.frequencies, "ratio": radial.ratio}
        whole = pd.DataFrame({**columns, "low": radial.low, "high": radial.high})
        return whole.iloc[:-2].dropna(subset=["ratio"]).reset_index(drop=True)

    def in_words(self) -> str:
        """What is left of coarse structure and of fine detail."""
        coarse, fine = (self._told(place) for place in (-2, -1))
        more, less = self.radial.low[-1] > 1, self.radial.high[-1] < 1
        said = f"{self.dataset} and {self.reference} cannot be told apart by their fine detail"
        if more or less:
            said = f"{self.dataset} has {'more' if more else 'less'} fine detail than {self.reference}"
        return (
            f"{said}: {fine} times the magnitude above {FINE:g} cycles per pixel, "
            f"and {coarse} times up to {COARSE:g}"
        )

    def numbers(self) -> dict[str, Any]:
        """As JSON has them."""
        return {
            "dataset": self.dataset,
            "reference": self.reference,
            "pictures": list(self.pictures),
            "paired": self.paired,
            "bands": self.table().to_dict(orient="records"),
            "coarse": self._numbers(-2),
            "fine": self._numbers(-1),
        }

    def _numbers(self, place: int) -> list[float | None]:
        found = (self.radial.ratio[place], self.radial.low[place], self.radial.high[place])
        return [float(each) if math.isfinite(each) else None for each in found]

    def _told(self, place: int) -> str:
        ratio, low, high = self._numbers(place)
        return "–" if ratio is None else f"{ratio:.3g} ({low:.3g} to {high:.3g})"

    def __repr__(self) -> str:
        return f"<ShiftSpectra {self.in_words()}>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.in_words())}</p>{self.table().to_html(index=False, float_format='{:.3g}'.format)}"


def radial_profiles(pictures: npt.NDArray[np.floating[Any]], *, bands: int = BANDS) -> Array:
    """(sample, band) mean magnitude of the spectra of (sample, channel, row, column) pictures in bands of frequency,
    over the root of their number of pixels; the last two bands are all that is coarse, and all that is fine.

    The mean of a picture is in no band. NaN in a band that holds no frequency of pictures this small.
    """
    rows, columns = pictures.shape[-2:]
    radius = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.fftfreq(columns)[None])
    magnitude = np.abs(np.fft.fft2(pictures.astype(np.float64))).mean(axis=1) / math.sqrt(rows * columns)
    edges = np.linspace(0, math.sqrt(0.5), bands + 1)
    inside = [(radius > low) & (radius <= high) for low, high in itertools.pairwise(edges)]
    inside += [(radius > 0) & (radius <= COARSE), radius > FINE]
    found = [
        magnitude[:, band].mean(axis=1) if band.any() else np.full(len(pictures), np.nan) for band in inside
    ]
    return np.stack(found, axis=1)


def radial_ratio(shifted: Array, reference: Array, *, paired: bool, rng: np.random.Generator) -> RadialRatio:
    """Of (sample, band) profiles of both sides, as `radial_profiles` has them.

    Parameters
    ----------
    paired
        Whether a row of one side and of the other are of one original; then they are drawn together.

    Raises
    ------
    ShapeError
        Other numbers of bands, or of pictures where they are paired.
    """
    if shifted.shape[1] != reference.shape[1] or (paired and len(shifted) != len(reference)):
        raise ShapeError(f"profiles of shapes {shifted.shape} and {reference.shape}.")
    if paired:
        both = resampled_means(np.stack([shifted, reference], axis=1), RESAMPLES, rng)
        drawn = _over(both[:, 0], both[:, 1])
    else:
        drawn = _over(*(resampled_means(each, RESAMPLES, rng) for each in (shifted, reference)))
    low, high = interval(drawn, LEVEL)
    ratio = _over(shifted.mean(axis=0), reference.mean(axis=0))
    width = math.sqrt(0.5) / (shifted.shape[1] - 2)
    middles = (np.arange(shifted.shape[1] - 2) + 0.5) * width
    ends = COARSE / 2, (FINE + math.sqrt(0.5)) / 2
    unknown = np.isnan(ratio)
    return RadialRatio(
        np.r_[middles, ends], ratio, np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)
    )


def _over(shifted: Array, reference: Array) -> Array:
    no_answer = np.full(np.shape(shifted), np.nan)
    return np.asarray(np.divide(shifted, reference, out=no_answer, where=reference > 0))
