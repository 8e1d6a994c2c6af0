"""Attribution to wavelet coefficients as arrays that a study keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.explain.attribution.wavelets.transform import Bands, of_each_band
from shiftscope.explain.attribution.wavelets.wavelet_attribution import WaveletAttribution

Arrays = Mapping[str, npt.NDArray[Any]]

STRENGTH, INPUT = "strength", "input"
LARGEST_HALF = float(np.finfo(np.float16).max)


def first_samples(found: WaveletAttribution, samples: int) -> WaveletAttribution:
    """Of the first samples, the strengths of all channels together in the place of each channel's own."""
    strengths = of_each_band(found.coeffs, lambda band: band[:samples, None])
    own = None if found.of_inputs is None else of_each_band(found.of_inputs, lambda band: band[:samples])
    return WaveletAttribution(
        strengths, found.size, found.wavelet, found.mode, found.level, found.channels, own
    )


def as_arrays(found: WaveletAttribution) -> dict[str, npt.NDArray[Any]]:
    """Bands by name, as "strength 2 h" for the details of the second level from the coarsest; the strengths are
    float32, the inputs' own coefficients float16 where they fit."""
    arrays = _named(STRENGTH, found.coeffs, np.float32)
    if found.of_inputs is not None:
        own = _named(INPUT, found.of_inputs, np.float32)
        fits = all(np.abs(band).max(initial=0) <= LARGEST_HALF for band in own.values())
        arrays |= {name: band.astype(np.float16) if fits else band for name, band in own.items()}
    return arrays


def from_arrays(
    arrays: Arrays, orientations: Sequence[str], size: tuple[int, ...], options: Mapping[str, Any]
) -> WaveletAttribution | None:
    """What `as_arrays` was given; None where bands are missing or do not fit together.

    Parameters
    ----------
    orientations : names of the details, in their order
    size : of the maps
    options : of the transform
    """
    strengths, own = (_bands(arrays, kind, orientations) for kind in (STRENGTH, INPUT))
    level = len(strengths) - 1
    if level < 1 or len(own) not in (0, level + 1):
        return None
    strengths = of_each_band(strengths, lambda band: band[:, None])
    if own and not all(
        ours.shape[:1] == theirs.shape[:1] and ours.shape[2:] == theirs.shape[2:]
        for ours, theirs in zip(_listed(strengths), _listed(own), strict=True)
    ):
        return None
    wavelet, mode = (str(options.get(name, "")) for name in ("wavelet", "mode"))
    return WaveletAttribution(strengths, size, wavelet, mode, level, of_inputs=own or None)


def _named(kind: str, bands: Bands, dtype: npt.DTypeLike) -> dict[str, npt.NDArray[Any]]:
    approximation, *details = bands
    named = {f"{kind} 0": approximation}
    for place, each in enumerate(details, 1):
        named |= {f"{kind} {place} {name}": band for name, band in each.items()}
    return {name: np.asarray(band, dtype) for name, band in named.items()}


def _bands(arrays: Arrays, kind: str, orientations: Sequence[str]) -> Bands:
    """As many levels as are complete, in float32."""
    if f"{kind} 0" not in arrays or not orientations:
        return []
    bands: Bands = [arrays[f"{kind} 0"].astype(np.float32)]
    while all(f"{kind} {len(bands)} {name}" in arrays for name in orientations):
        place = len(bands)
        bands.append({name: arrays[f"{kind} {place} {name}"].astype(np.float32) for name in orientations})
    return bands


def _listed(bands: Bands) -> list[npt.NDArray[Any]]:
    return [bands[0], *(band for each in bands[1:] for band in each.values())]
