"""The wavelet transform over the axes behind (sample, channel), all samples in one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest

Bands = list[Any]  # the approximation, then {name of the detail: array} for each level, coarse to fine

_PICTURE = {
    "da": "h",
    "ad": "v",
    "dd": "d",
}  # PyWavelets' names: high-pass over rows is the horizontal detail


def of_each_band(bands: Bands, change: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> Bands:
    """What `change` makes of each band, in the same places."""
    return [change(bands[0]), *({name: change(band) for name, band in d.items()} for d in bands[1:])]


def analysed(values: npt.NDArray[Any], wavelet: Any, level: int, mode: str) -> Bands:
    """Bands of (sample, channel, *axis)."""
    import pywt

    axes = tuple(range(2, values.ndim))
    approximation, *details = pywt.wavedecn(values, wavelet, mode=mode, level=level, axes=axes)
    if len(axes) == 2:
        details = [{ours: each[theirs] for theirs, ours in _PICTURE.items()} for each in details]
    return [approximation, *details]


def synthesised(bands: Bands, size: tuple[int, ...], wavelet: Any, mode: str) -> npt.NDArray[Any]:
    """(sample, channel, *axis) of `size`: what the padding added is cut off."""
    import pywt

    axes = tuple(range(2, 2 + len(size)))
    approximation, *details = bands
    if len(axes) == 2:
        details = [{theirs: each[ours] for theirs, ours in _PICTURE.items()} for each in details]
    whole = pywt.waverecn([approximation, *details], wavelet, mode=mode, axes=axes)
    return np.asarray(whole[(..., *(slice(length) for length in size))])


def dual(wavelet: str) -> Any:
    """The bank whose analysis is the adjoint of this wavelet's synthesis; of an orthonormal wavelet the wavelet itself
    up to the rounding of its tabulated filters."""
    import pywt

    bank = pywt.Wavelet(wavelet)
    low, high, low_back, high_back = bank.filter_bank
    return pywt.Wavelet(
        f"dual of {wavelet}", filter_bank=(low_back[::-1], high_back[::-1], low[::-1], high[::-1])
    )


def level_within(size: tuple[int, ...], wavelet: str, level: int, mode: str) -> int:
    """`level`, or the largest that the smallest axis allows.

    Raises
    ------
    BadRequest
        An axis of length 1, one too short for any level, or in `periodization` not divisible by 2**level.
    """
    import pywt

    shape, smallest = "x".join(map(str, size)), min(size)
    if smallest == 1:
        raise BadRequest("cannot decompose an axis of length 1.")
    if level < 1:
        raise BadRequest(f"level {level} decomposes nothing; the first level is 1.")
    largest = pywt.dwt_max_level(smallest, wavelet)
    if largest == 0:
        reached = pywt.dwt_max_level(smallest, "haar")
        raise BadRequest(f"{shape} is too small for the wavelet {wavelet!r}; haar reaches level {reached}.")
    used = min(level, int(largest))
    if mode == "periodization" and any(length % 2**used for length in size):
        raise BadRequest(
            f"periodization to level {used} needs axes divisible by {2**used}; these are {shape}."
        )
    return used
