"""Means of a unit's maps over their samples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.explain.attribution.attributions import GAP, Attributions
from shiftscope.explain.attribution.numbers.map_numbers import map_area, map_spread
from shiftscope.explain.attribution.numbers.spectra import high_frequency_share

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MapMeans:
    """NaN where there is nothing to take the mean of, or the maps are no pictures."""

    maps: int
    empty: int  # zero everywhere, or not finite
    area: float
    spread: float
    high_frequency_share: float
    gap: float
    wide: int  # gaps that are told


def map_means(found: Attributions) -> MapMeans:
    area = spread = high = math.nan
    if found.of_pictures:
        area, spread, high = (
            mean(measure(found.maps)) for measure in (map_area, map_spread, high_frequency_share)
        )
    gap = math.nan if found.gap is None else mean(found.gap)
    wide = 0 if found.gap is None else int((found.gap > GAP).sum())
    return MapMeans(len(found.maps), int((found.silent | found.refused).sum()), area, spread, high, gap, wide)


def mean_shares(shares: npt.NDArray[Any] | None) -> FloatArray | None:
    """(part,) means of (sample, part) shares over the samples that have them; None where none does."""
    if shares is None:
        return None
    measured = shares[np.isfinite(shares).all(axis=1)]
    return np.asarray(measured.mean(axis=0, dtype=np.float64)) if len(measured) else None


def mean(values: npt.NDArray[Any]) -> float:
    """Of those that are finite; NaN where none is."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else math.nan
