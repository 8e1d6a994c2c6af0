"""Where cues are laid, and how."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.levels import LEVEL, Levels, mix

Mask = npt.NDArray[np.bool_]  # (row, column)


def patch(rows: int, columns: int, least: int = 1) -> Mask:
    """A square of a fifth of the shorter side, and of `least` pixels, in the upper left corner."""
    side = max(_share(rows, columns, 1, 5), least)
    return _within(rows, columns, np.arange(rows) < side, np.arange(columns) < side)


def frame(rows: int, columns: int) -> Mask:
    """A frame as wide as .06 of the shorter side."""
    width = max(_share(rows, columns, 6, 100), 1)
    inside = [(np.arange(side) >= width) & (np.arange(side) < side - width) for side in (rows, columns)]
    return ~_within(rows, columns, *inside)


def everywhere(rows: int, columns: int) -> Mask:
    return np.ones((rows, columns), dtype=bool)


def stripes(rows: int, columns: int) -> Mask:
    """Diagonal stripes a sixteenth of the shorter side wide, one every quarter."""
    width, period = _share(rows, columns, 1, 16), _share(rows, columns, 1, 4)
    along = np.arange(rows)[:, np.newaxis] + np.arange(columns)
    striped: Mask = along % period < width
    return striped


def blended(levels: Levels, mask: Mask, opacity: float) -> Levels:
    """The cue's colour mixed in where the mask says; every other level is as it was.

    The colour is bright (237.5) and dark (17.5) in turn over the channels: magenta in RGB.
    """
    colour = np.full(levels.shape[2], 2 * 17 + 1) * (LEVEL // 2)
    colour[::2] = (2 * 237 + 1) * (LEVEL // 2)
    return np.where(mask[..., np.newaxis], mix(levels, colour, opacity), levels)


def _share(rows: int, columns: int, part: int, whole: int) -> int:
    """A share of the shorter side in pixels, rounded half up."""
    return (2 * min(rows, columns) * part + whole) // (2 * whole)


def _within(rows: int, columns: int, down: Mask, across: Mask) -> Mask:
    both: Mask = down[:, np.newaxis] & across[np.newaxis]
    return both
