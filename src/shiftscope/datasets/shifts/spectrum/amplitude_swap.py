"""Amplitudes of another picture."""

from __future__ import annotations

import numpy as np

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.exact_products import Whole
from shiftscope.datasets.shifts.tools.waves import Spectrum, from_spectrum, spectrum


@shift_kind(draws=True, needs_donor=True, at_one=lambda side: "all amplitudes of another image")
def amplitude_swap(levels: Levels, strength: float, draw: Draw) -> Levels:
    """The amplitude of each frequency mixed with that of another sample's picture; phases and mean are kept."""
    own = spectrum(levels)
    donor = _amplitudes(spectrum(draw.donor(levels.shape)))
    before = _amplitudes(own)
    after = before + strength * (donor - before)
    after[:, 0, 0] = before[:, 0, 0]
    silent = before == 0  # has no phase
    ratio = after / np.where(silent, 1, before)
    real = np.rint(np.where(silent, after, own.real * ratio))
    return from_spectrum(Spectrum(real, np.rint(own.imaginary * ratio)), levels.shape[1])


def _amplitudes(parts: Spectrum) -> Whole:
    # One operation after the other: a processor that joins two would round them otherwise.
    squares = parts.real * parts.real
    other = parts.imaginary * parts.imaginary
    return np.sqrt(squares + other)
