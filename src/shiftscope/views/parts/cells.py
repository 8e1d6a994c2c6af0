"""Cells and columns that several tables have."""

from __future__ import annotations

import math

from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.views.page.panels import Cell, Column
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import interval, number, percent, share_interval
from shiftscope.views.parts.pictures import strongest

NAN = float("nan")


def number_cell(value: float, low: float = NAN, high: float = NAN, *, page: str = "", help: str = "") -> Cell:
    """A number, with its interval behind it where it has one."""
    return Cell(number(value), page, help, note=interval(low, high), value=value)


def score_cell(estimate: Estimate, unit: int) -> Cell:
    """A score with its interval, and what sampling alone makes of the score, where it is known."""
    value, ends = float(estimate.value[unit]), interval(float(estimate.low[unit]), float(estimate.high[unit]))
    if estimate.floor is None or not math.isfinite(estimate.floor[unit]):
        return Cell(number(value), note=ends, value=value)
    floor = number(float(estimate.floor[unit]))
    note, help = f"floor {floor}", f"Sampling alone, without any shift, gives {floor}."
    if estimate.flat[unit]:
        note, help = (
            f"{note}, flat",
            f"{help} Flat: in the baseline the unit does not separate the categories.",
        )
    return Cell(number(value), help=help, note=f"{ends}; {note}" if ends else note, value=value)


def share_cell(share: float, low: float = NAN, high: float = NAN, *, page: str = "") -> Cell:
    """A share with its bar and its interval; no bar where there was nothing to measure."""
    bar = share if math.isfinite(share) else None
    return Cell(percent(share), page, bar=bar, note=share_interval(low, high), value=share)


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
