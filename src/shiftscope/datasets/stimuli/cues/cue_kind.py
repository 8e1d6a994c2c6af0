"""The kinds of cue: where each lies in a picture, and how opaque it is at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shiftscope.datasets.shifts.tools.cues import Mask, everywhere, frame, patch, stripes
from shiftscope.datasets.stimuli.cues.looks import Cells
from shiftscope.registry import Registry


@dataclass(frozen=True)
class CueKind:
    """A kind of cue; all functions are given rows, columns, and the cells on a side of a pattern.

    Parameters
    ----------
    mask
        Where it lies.
    cells
        The cell of a pattern that each pixel belongs to.
    weight
        How opaque it is at opacity 1.
    version
        Raised when a single byte that it makes changes.
    """

    mask: Callable[[int, int, int], Mask]
    cells: Callable[[int, int, int], Cells]
    weight: float
    version: int = 1


cue_kinds: Registry[CueKind] = Registry("kind of cue", "shiftscope.datasets.stimuli.cues")


def _of_the_image(rows: int, columns: int, side: int) -> Cells:
    return _grid(rows, columns, rows, columns, side)


def _of_the_patch(rows: int, columns: int, side: int) -> Cells:
    length = int(patch(rows, columns, side)[0].sum())
    return _grid(rows, columns, length, length, side)


def _grid(rows: int, columns: int, high: int, wide: int, side: int) -> Cells:
    """Cells of a grid over the first `high` rows and `wide` columns; what lies beyond has the last ones."""
    down = np.minimum(np.arange(rows) * side // high, side - 1)
    across = np.minimum(np.arange(columns) * side // wide, side - 1)
    return down[:, np.newaxis] * side + across


def _along_the_frame(rows: int, columns: int, side: int) -> Cells:
    """A quarter of the cells along each side of the picture, clockwise from the upper left corner."""
    quarter = side * side // 4
    down, across = np.arange(rows)[:, np.newaxis], np.arange(columns)
    inwards = np.broadcast_arrays(down, columns - 1 - across, rows - 1 - down, across)
    on_side = np.argmin(np.stack(inwards), axis=0)  # top, right, bottom or left, the nearest
    along = (
        across * quarter // columns,
        down * quarter // rows,
        (columns - 1 - across) * quarter // columns,
        (rows - 1 - down) * quarter // rows,
    )
    cells: Cells = on_side * quarter + np.choose(on_side, along)
    return cells


cue_kinds.register("patch", CueKind(patch, _of_the_patch, 1.0))
cue_kinds.register("frame", CueKind(lambda rows, columns, _: frame(rows, columns), _along_the_frame, 1.0))
cue_kinds.register("tint", CueKind(lambda rows, columns, _: everywhere(rows, columns), _of_the_image, 0.5))
cue_kinds.register("watermark", CueKind(lambda rows, columns, _: stripes(rows, columns), _of_the_image, 0.6))
