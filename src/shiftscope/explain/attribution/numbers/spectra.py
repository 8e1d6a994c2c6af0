"""How fine the detail of maps is: their power by frequency, in cycles per pixel. The mean of a map is no detail."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

HIGH = 0.25  # cycles per pixel, half of the highest along one axis
BINS = 32


def high_frequency_share(
    maps: npt.NDArray[Any], *, above: float = HIGH, channels: bool = False
) -> FloatArray:
    """(...,) share of the power of (..., row, column) maps above a frequency; NaN for a map that is the same
    everywhere. White noise has the share of frequencies that lie there, about 0.81.

    Parameters
    ----------
    channels
        Maps are (..., channel, row, column), and the power of all channels of one counts together.
    """
    radius, power = _power(maps)
    power = power.sum(axis=-3) if channels else power
    high = power[..., radius > above].sum(axis=-1)
    return _ratio(high, power.sum(axis=(-2, -1)))


def white_noise_share(size: tuple[int, int], *, above: float = HIGH) -> float:
    """Share of the frequencies of (rows, columns) maps above a frequency, which white noise has on average; NaN for a
    single place."""
    radius = _frequencies(size)
    return float((radius > above).sum() / (radius.size - 1)) if radius.size > 1 else float("nan")


def radial_spectrum(maps: npt.NDArray[Any], *, bins: int = BINS) -> tuple[FloatArray, FloatArray]:
    """(bin,) mean frequency and (..., bin) mean power of (..., row, column) maps, in equal bins from 0 to the corner.

    NaN in a bin that holds no frequency of maps this small.
    """
    radius, power = _power(maps)
    bin_of = _bin_of(radius, bins)
    counts = np.bincount(bin_of.ravel(), minlength=bins + 1)[:bins]
    one_of_each = (bin_of.reshape(-1, 1) == np.arange(bins)).astype(np.float64)
    sums = power.reshape(*power.shape[:-2], -1) @ one_of_each
    frequencies = _ratio(radius.reshape(1, -1) @ one_of_each, counts[None])[0]
    return frequencies, _ratio(sums, np.broadcast_to(counts, sums.shape))


def spectrum_shares(maps: npt.NDArray[Any], *, bins: int = BINS) -> tuple[FloatArray, FloatArray]:
    """(bin,) mean frequency and (..., bin) share of the power of (..., row, column) maps in bins as those of
    `radial_spectrum`; NaN for a map that is the same everywhere, and in a bin without a frequency."""
    frequencies, means = radial_spectrum(maps, bins=bins)
    counts = np.bincount(_bin_of(_frequencies(maps.shape[-2:]), bins).ravel(), minlength=bins + 1)[:bins]
    sums = means * counts
    return frequencies, _ratio(sums, np.broadcast_to(np.nansum(sums, axis=-1)[..., None], sums.shape))


def spectral_slope(maps: npt.NDArray[Any], *, bins: int = BINS) -> FloatArray:
    """(...,) slope of log power against log frequency: 0 for white noise, -2 for amplitudes that fall as 1/f.

    NaN for a map with power in fewer than two bins.
    """
    frequencies, power = radial_spectrum(maps, bins=bins)
    counted = np.nan_to_num(power) > 0
    x = np.log(np.where(counted, frequencies, 1.0))
    y = np.log(np.where(counted, power, 1.0))
    n = counted.sum(axis=-1)
    means = [_ratio(each.sum(axis=-1), n)[..., None] for each in (x, y)]
    x, y = (np.where(counted, each - mean, 0.0) for each, mean in zip((x, y), means, strict=True))
    return _ratio((x * y).sum(axis=-1), (x * x).sum(axis=-1))


def _bin_of(radius: FloatArray, bins: int) -> npt.NDArray[np.intp]:
    """Of each frequency; `bins` for that of the mean."""
    edges = np.linspace(0, np.sqrt(0.5), bins + 1)
    bin_of = np.clip(np.searchsorted(edges, radius, side="left") - 1, 0, bins - 1)
    bin_of[0, 0] = bins
    return bin_of


def _frequencies(size: tuple[int, ...]) -> FloatArray:
    """(row, column) in cycles per pixel."""
    rows, columns = size
    return np.asarray(np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.fftfreq(columns)[None]))


def _power(maps: npt.NDArray[Any]) -> tuple[FloatArray, FloatArray]:
    """(row, column) frequencies, and (..., row, column) power with that of the mean set to 0."""
    centred = maps - maps.mean(axis=(-2, -1), keepdims=True, dtype=np.float64)
    power = np.abs(np.fft.fft2(centred)) ** 2
    power[..., 0, 0] = 0
    return _frequencies(maps.shape[-2:]), power


def _ratio(over: npt.NDArray[Any], under: npt.NDArray[Any]) -> FloatArray:
    no_answer = np.full(np.shape(over), np.nan)
    return np.asarray(np.divide(over, under, out=no_answer, where=np.asarray(under) > 0))
