"""Wavelet coefficients back at the places of the input that they read."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def upsampled(
    band: npt.NDArray[Any], size: tuple[int, ...], level: int, wavelet: str, mode: str
) -> npt.NDArray[Any]:
    """(sample, *axis) of `size`, linear between the centres of the coefficients, constant outside of them.

    Parameters
    ----------
    band : (sample, *axis) coefficients of `level`, 1 being the finest
    """
    for axis, length in enumerate(size, start=1):
        weights = _weights(band.shape[axis], length, level, wavelet, mode).astype(band.dtype)
        band = np.moveaxis(np.tensordot(band, weights, axes=(axis, 1)), -1, axis)
    return band


def _weights(coefficients: int, length: int, level: int, wavelet: str, mode: str) -> npt.NDArray[np.float64]:
    """(place, coefficient) each row sums to 1."""
    centres = _first_centre(level, wavelet, mode) + 2.0**level * np.arange(coefficients)
    places = np.arange(length, dtype=np.float64)
    one_of_each = np.eye(coefficients)
    return np.stack([np.interp(places, centres, one) for one in one_of_each], axis=1)


def _first_centre(level: int, wavelet: str, mode: str) -> float:
    """Where coefficient 0 is centred, in places of the input.

    One level puts coefficient k on places 2k + 2 - n to 2k + 1 for filters of length n; periodization centres it
    between places 2k and 2k + 1.
    """
    import pywt

    n = 2 if mode == "periodization" else pywt.Wavelet(wavelet).dec_len
    return sum(2.0**below * (1 - (n - 1) / 2) for below in range(level))
