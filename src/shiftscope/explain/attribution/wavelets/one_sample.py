"""Wavelet coefficients of one sample as they are looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.explain.attribution.wavelets.transform import of_each_band
from shiftscope.explain.attribution.wavelets.wavelet_attribution import WaveletAttribution

FloatArray = npt.NDArray[np.floating[Any]]

BELOW = 99.0  # per cent of a band's coefficients lie below its end


def of_sample(found: WaveletAttribution, sample: int) -> WaveletAttribution:
    """That of one sample alone."""

    def own(band: FloatArray) -> FloatArray:
        return band[sample : sample + 1]

    inputs = None if found.of_inputs is None else of_each_band(found.of_inputs, own)
    return replace(found, values=of_each_band(found.values, own), of_inputs=inputs)


def mosaic_shares(found: WaveletAttribution) -> FloatArray:
    """(row, column) mosaic of one sample's strengths, each band as shares of what 99 % of it lie below; 1 where a
    coefficient is larger, 0 in gaps between bands."""
    strengths = of_each_band(found.coeffs, lambda band: _shares(band)[:, None])
    whole = replace(found, values=strengths, channels="sum_of_abs").mosaic()
    return np.asarray(np.nan_to_num(whole[0]))


def sufficient_picture(found: WaveletAttribution, keep: float) -> npt.NDArray[np.uint8]:
    """(row, column, 3) colours of one sample made of the share `keep` of its coefficients that count most.

    Black is the smallest number of the whole sample, white its largest; one channel is grey, of several the first
    three are shown.
    """
    whole = found.reconstruct(1.0)[0]
    low, high = float(whole.min()), float(whole.max())
    picture = found.reconstruct(keep)[0]
    shares = np.clip((picture - low) / (high - low or 1.0), 0, 1)
    channels = shares[:3] if len(shares) >= 3 else shares[:1].repeat(3, axis=0)
    return np.asarray(np.round(255 * np.moveaxis(channels, 0, -1)), np.uint8)


def _shares(band: FloatArray) -> FloatArray:
    end = float(np.percentile(band, BELOW)) or float(band.max())
    return np.asarray(np.clip(band / (end or 1.0), 0, 1))
