"""Cells and columns that several tables have."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from shiftscope.percent import percent
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.views.page.panels import Cell, Column
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import interval, number, points, points_interval, share_interval
from shiftscope.views.parts.pictures.pictures import strongest

NAN = float("nan")


def number_cell(value: float, low: float = NAN, high: float = NAN, *, page: str = "", help: str = "") -> Cell:
    """A number, with its interval behind it where it has one."""
    return Cell(number(value), page, help, note=interval(low, high), value=value, parts=ends(low, high))


def score_cell(estimate: Estimate, unit: int) -> Cell:
    """A score with its interval, and what sampling alone makes of the score, where it is known."""
    value, low, high = (float(each[unit]) for each in (estimate.value, estimate.low, estimate.high))
    width, parts = interval(low, high), ends(low, high)
    parts |= {part: float(of[unit]) for part in ("q", "floor") if (of := getattr(estimate, part)) is not None}
    if estimate.floor is None or not math.isfinite(estimate.floor[unit]):
        return Cell(number(value), note=width, value=value, parts=parts)
    floor = number(float(estimate.floor[unit]))
    note, help = f"floor {floor}", f"Sampling alone, without any shift, gives {floor}."
    if estimate.flat[unit]:
        note, help = (
            f"{note}, flat",
            f"{help} Flat: in the baseline the unit does not separate the categories.",
        )
    return Cell(
        number(value), help=help, note=f"{width}; {note}" if width else note, value=value, parts=parts
    )


def points_cell(
    value: float, low: float, high: float, *, write: Callable[[float], str] = points, note: str | None = None
) -> Cell:
    """A difference of two shares with its interval; `note` in place of the interval."""
    width = points_interval(low, high) if note is None else note
    return Cell(write(value), note=width, value=value, parts=ends(low, high))


def share_cell(share: float, low: float = NAN, high: float = NAN, *, page: str = "") -> Cell:
    """A share with its bar and its interval; no bar where there was nothing to measure."""
    bar = share if math.isfinite(share) else None
    return Cell(
        percent(share), page, bar=bar, note=share_interval(low, high), value=share, parts=ends(low, high)
    )


def with_maximum(cell: Cell, ratio: float) -> Cell:
    """A mean response with, below it, the largest response over the baseline's largest."""
    return replace(cell, note=f"max {percent(ratio)}", parts={**cell.parts, "maxima": ratio})


def ends(low: float, high: float) -> dict[str, float]:
    """Both ends of an interval, as parts of a cell; none where there is none."""
    return {"low": low, "high": high} if math.isfinite(low) and math.isfinite(high) else {}


def strip_cell(
    selection: Selection, dataset: str, unit: int, how_many: int, layer: str | None = None
) -> Cell:
    """The samples of a dataset that move a unit most, of the layer in force where none is given."""
    return Cell(
        pictures=tuple(
            strongest(selection, selection.study[dataset], layer or selection.layer, unit, how_many)
        )
    )


def strip_column(dataset: str) -> Column:
    """Head of a column of pictures."""
    return Column(f"strongest in {dataset}", "Samples with the unit's largest responses, strongest first.")
