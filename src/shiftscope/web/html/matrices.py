"""A matrix of counts or differences as one small picture, with what is needed to point at its cells."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from shiftscope.errors import ShapeError
from shiftscope.views.page.panels import Link, Matrix, Role
from shiftscope.views.parts.number_text import number
from shiftscope.web.html.addresses import Addresses

NAMED_UP_TO = 40  # rows or columns; more names would overlap
LARGEST_LISTED = 20
LONGEST_LABEL = 22  # characters; the whole name is in the tooltip
LETTER = 6.6  # pixels, width of a letter in a label
AREA = 640  # pixels, side of the drawn matrix at most, unless it has more cells

# Anchors of the colour scales from one count to the largest, lightness falling evenly enough to keep the
# order; zero is transparent. Dark pages invert the picture, which keeps the hue and turns the order around.
RAMPS: dict[Role | None, tuple[str, ...]] = {
    "reference": ("bcd8ef", "7fb6e0", "3a88c8", "0b559f", "082d5e"),
    "shifted": ("f8d3b0", "f3a86a", "e07a2c", "ab4a08", "5c2706"),
    None: ("c9d3dc", "a1b1bf", "71879a", "435b70", "1a3044"),
}
# Less than in the reference, then more: the colours of the two roles, which part at zero.
DIVERGING = (*reversed(RAMPS["reference"]), *RAMPS["shifted"])


@dataclass(frozen=True)
class Label:
    at: float
    text: str
    name: str


@dataclass(frozen=True)
class Drawing:
    """Everything `_matrix.html` puts in place, in pixels of its own coordinate system."""

    picture: str
    scale: str
    ends: tuple[str, str]  # of the scale, in words
    empty: bool
    left: float
    top: float
    width: float
    height: float
    cell: float
    rows: Sequence[Label]
    columns: Sequence[Label]
    largest: Sequence[tuple[Link, str]]
    data: dict[str, Any]


_drawn: WeakKeyDictionary[Matrix, Drawing] = WeakKeyDictionary()


def drawing(matrix: Matrix, addresses: Addresses) -> Drawing:
    """Lay out a matrix, once for as long as its view keeps it.

    Raises
    ------
    ShapeError
        There is not one name for each row and column.
    """
    drawn = _drawn.get(matrix)
    if drawn is None:
        drawn = _drawn[matrix] = _laid_out(matrix)
    page = addresses.page(matrix.page) if matrix.page else ""
    return replace(drawn, data={**drawn.data, "page": page})


def _laid_out(matrix: Matrix) -> Drawing:
    counts = np.nan_to_num(np.asarray(matrix.counts, np.float64), posinf=np.inf)
    if counts.shape != (len(matrix.row_names), len(matrix.column_names)):
        raise ShapeError(
            f"a matrix of shape {counts.shape} with {len(matrix.row_names)} row names "
            f"and {len(matrix.column_names)} column names."
        )
    if matrix.hide_diagonal:
        counts = counts.copy()
        np.fill_diagonal(counts, 0)
    count_rows, count_columns = counts.shape
    cell = min(36.0, AREA / max(count_rows, count_columns, 1))
    if max(count_rows, count_columns) > AREA:
        cell = 1.0
    rows = _labels(matrix.row_names, cell)
    columns = _labels(matrix.column_names, cell)
    row, column = np.nonzero(counts)
    row_names, column_names = list(matrix.row_names), list(matrix.column_names)
    found = counts[row, column]
    finite = np.abs(counts[np.isfinite(counts)])
    largest = (
        float(matrix.largest or finite.max(initial=0)) if matrix.amounts else float(finite.max(initial=0))
    )
    levels, ramp, ends = _coloured(matrix, counts, largest)
    if not matrix.amounts:
        levels = _grown(levels, cell, 128 if matrix.signed else 0)
    return Drawing(
        picture=png(levels, ramp),
        scale=png(np.arange(1, 256, dtype=np.uint8)[None], ramp),
        ends=ends,
        empty=not len(found),
        left=24 + max((len(label.text) * LETTER for label in rows), default=0),
        top=24 + max((len(label.text) * LETTER * 0.72 for label in columns), default=0),
        width=count_columns * cell,
        height=count_rows * cell,
        cell=cell,
        rows=rows,
        columns=columns,
        largest=_largest(matrix, row, column, found),
        data={
            **_told(matrix, row, column, found),
            "measuredIn": matrix.measured_in,
            "signed": matrix.signed,
            "rows": row_names,
            "columns": None if column_names == row_names else column_names,
            "rowAxis": matrix.row_axis,
            "columnAxis": matrix.column_axis,
            "hiddenDiagonal": matrix.hide_diagonal,
            "diagonal": matrix.diagonal,
            "keys": None if matrix.keys is None else list(matrix.keys),
        },
    )


def _coloured(
    matrix: Matrix, values: npt.NDArray[np.float64], largest: float
) -> tuple[npt.NDArray[np.uint8], tuple[str, ...], tuple[str, str]]:
    """Places on the colour scale, the scale's colours, and its ends in words."""
    if matrix.signed:
        ends = _words(-largest, matrix), _words(largest, matrix)
        return _signed_levels(values, largest), DIVERGING, ends
    ramp = RAMPS[matrix.role]
    if matrix.amounts:
        share = np.minimum(values, largest) / (largest or 1.0)
        known = ~np.isnan(np.asarray(matrix.counts, np.float64))
        return np.where(known, 1 + np.round(254 * share), 0).astype(np.uint8), ramp, ("0", number(largest))
    return _levels(values, largest), ramp, ("1", f"{largest:.0f}")


def _told(
    matrix: Matrix, row: npt.NDArray[np.intp], column: npt.NDArray[np.intp], found: npt.NDArray[np.float64]
) -> dict[str, Any]:
    """What the pointer reads: row, column, count; row, column, count; ... or of amounts all, as packed float32."""
    if matrix.amounts:
        packed = np.ascontiguousarray(matrix.counts, "<f4").tobytes()
        return {"amounts": base64.b64encode(packed).decode("ascii"), "cells": []}
    numbers = np.round(found, 2) if matrix.signed else found.astype(np.int64)
    return {
        "cells": [*chain.from_iterable(zip(row.tolist(), column.tolist(), numbers.tolist(), strict=True))]
    }


def _labels(names: Sequence[str], cell: float) -> list[Label]:
    if len(names) > NAMED_UP_TO:
        return []
    return [Label((index + 0.5) * cell, _shortened(name), name) for index, name in enumerate(names)]


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1] + "…"


def _largest(
    matrix: Matrix, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], found: npt.NDArray[np.float64]
) -> list[tuple[Link, str]]:
    def link(row: int, column: int) -> Link:
        row_name, column_name = matrix.row_names[row], matrix.column_names[column]
        names = f"{matrix.row_axis} {row_name}, {matrix.column_axis} {column_name}"
        place = (row, column) if matrix.keys is None else (matrix.keys[row], matrix.keys[column])
        return Link(names, matrix.page.replace("{row}", str(place[0])).replace("{column}", str(place[1])))

    order = np.argsort(-np.abs(found), kind="stable")[:LARGEST_LISTED]
    return [(link(int(rows[i]), int(columns[i])), _words(float(found[i]), matrix)) for i in order]


def _words(value: float, matrix: Matrix) -> str:
    if matrix.amounts:
        return number(value) if np.isfinite(value) else "∞"
    return f"{value:+.1f}".replace("-", "−") if matrix.signed else f"{value:.0f}"


def _levels(counts: npt.NDArray[np.float64], largest: float) -> npt.NDArray[np.uint8]:
    """Places on the colour scale: 0 for nothing, then 1 to 255 by the logarithm, as counts span decades."""
    if largest <= 1:
        return (counts > 0).astype(np.uint8) * 255
    level = 1 + 254 * np.log(np.maximum(counts, 1)) / np.log(largest)
    return np.where(counts > 0, np.round(level), 0).astype(np.uint8)


def _signed_levels(differences: npt.NDArray[np.float64], largest: float) -> npt.NDArray[np.uint8]:
    """Places on the scale whose middle is zero: 1 for the largest fall, 255 for the largest rise, 0 for none."""
    level = 128 + 127 * differences / (largest or 1.0)
    return np.where(differences != 0, np.round(level), 0).astype(np.uint8)


def _grown(levels: npt.NDArray[np.uint8], cell: float, middle: int) -> npt.NDArray[np.uint8]:
    """Cells smaller than two pixels spread over their neighbours, the farthest from the middle of the scale
    first: a lone one would not be seen."""
    if cell >= 2:
        return levels
    for axis in (0, 1):
        wide = np.pad(levels, [(1, 1) if a == axis else (0, 0) for a in (0, 1)])
        size = levels.shape[axis]
        near = np.stack([wide.take(range(shift, shift + size), axis) for shift in range(3)])
        strength = np.where(near > 0, np.abs(near.astype(np.int16) - middle) + 1, 0)
        levels = np.take_along_axis(near, strength.argmax(axis=0)[None], axis=0)[0]
    return levels


def png(levels: npt.NDArray[np.uint8], ramp: Sequence[str]) -> str:
    """A data URI; a palette keeps a thousand by thousand cells within a megabyte."""
    from PIL import Image  # late: most pages have no matrix

    height, width = levels.shape
    image = Image.frombytes("P", (max(width, 1), max(height, 1)), levels.tobytes() or b"\0")
    image.putpalette(_palette(ramp))
    file = io.BytesIO()
    image.save(file, "PNG", transparency=0, optimize=False)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def _palette(ramp: Sequence[str]) -> bytes:
    anchors = np.array([list(bytes.fromhex(colour)) for colour in ramp], dtype=float)
    at = np.linspace(0, len(ramp) - 1, 255)
    channels = [np.interp(at, np.arange(len(ramp)), anchors[:, channel]) for channel in range(3)]
    return b"\0\0\0" + np.round(np.stack(channels, axis=1)).astype(np.uint8).tobytes()
