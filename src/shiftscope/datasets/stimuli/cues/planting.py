"""A cue laid over one picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from shiftscope.datasets.shifts.levels import LEVEL, Image, from_levels, mix, to_levels
from shiftscope.datasets.shifts.tools.cues import Mask
from shiftscope.datasets.stimuli.cues.cue_kind import cue_kinds
from shiftscope.datasets.stimuli.cues.looks import Cells, Looks, looks
from shiftscope.errors import DataError

GREY = (2 * 127 + 1) * (LEVEL // 2)  # 127.5, the middle of the cues' colours


@dataclass(frozen=True)
class Layout:
    """Where the cues lie in pictures of one shape, and how they look there."""

    mask: Mask
    cells: Cells
    looks: Looks

    @property
    def box(self) -> tuple[int, int, int, int]:
        """First row, first column, and the row and the column behind the last ones."""
        rows, columns = (np.flatnonzero(self.mask.any(axis=axis)) for axis in (1, 0))
        return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


@lru_cache(maxsize=32)
def layout(kind: str, categories: int, rows: int, columns: int, channels: int) -> Layout:
    """The layout of a kind of cue.

    Raises
    ------
    DataError
        The cues do not fit, or too few of their cells do to tell them apart.
    """
    cue, told = cue_kinds[kind], looks(categories, channels)
    if told.side > min(rows, columns):
        raise DataError(f"a cue of {told.side} pixels on images of {min(rows, columns)}.")
    mask = cue.mask(rows, columns, told.side)
    cells = cue.cells(rows, columns, told.side)
    if told.side > 1 and len(np.unique(told.palette[:, np.unique(cells[mask])], axis=0)) < categories:
        raise DataError(
            f"a {kind} on images of {rows} x {columns} is too small for patterns of {told.side} x {told.side} cells, "
            f"which tell {categories} categories apart. Give larger images, or another kind of cue."
        )
    return Layout(mask, cells, told)


def layout_for(kind: str, categories: int, image: Image) -> Layout:
    """The layout of a kind of cue on a picture; raises `DataError` where it is none, or too small."""
    return layout(kind, categories, *to_levels(image).shape)


def planted(image: Image, lies: Layout, category: int, weight: float) -> Image:
    """The picture with one category's cue mixed in; outside the mask each byte is as it was."""
    levels = to_levels(image)
    blended = from_levels(
        mix(levels, np.broadcast_to(lies.looks.of(category, lies.cells), levels.shape), weight), image
    )
    mask = lies.mask if image.ndim == 2 else lies.mask[..., np.newaxis]
    return np.where(mask, blended, image)


def grey_like(image: Image) -> Image:
    """A picture of one mid-grey, of the same shape and type."""
    return from_levels(np.full(to_levels(image).shape, GREY, np.int64), image)
