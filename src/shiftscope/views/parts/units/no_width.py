"""Why a score has no interval, or one without width."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.store.stored_recording import Recording
from shiftscope.summaries.moments import Moments
from shiftscope.views.page.panels import Cell
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.in_a_row import in_a_row

ONE_SAMPLE = "one sample"
ALL_EQUAL = "all responses equal"
ALONE = "resamples are drawn within labels, and no label has a second sample"
SAME_VALUE = "every resample gives this value"
TOO_FEW = "too few samples to resample"


def not_kept(selection: Selection, datasets: Sequence[str]) -> str:
    """A sentence for the note of a table of scores; empty where the single responses of all were kept."""
    lacking = [name for name in datasets if not selection.study[name].keeps_responses]
    if not lacking:
        return ""
    were = "were" if len(lacking) > 1 else "was"
    return f"No intervals: responses not stored ({in_a_row(lacking)} {were} recorded as summaries)."


def with_reason(cell: Cell, estimate: Estimate, unit: int, layer: str, sets: Sequence[Recording]) -> Cell:
    """A score's cell that says why its interval has no width; as it is where there is one, and where there is nothing
    to measure or single responses were not kept.

    Parameters
    ----------
    sets
        What the score was computed from.
    """
    value, low, high = (float(each[unit]) for each in (estimate.value, estimate.low, estimate.high))
    if math.isnan(value) or low < high or not all(each.keeps_responses for each in sets):
        return cell
    why = f"No interval: {TOO_FEW}." if math.isnan(low) else f"No width: {_why(layer, unit, sets)}."
    return replace(cell, help=f"{cell.help} {why}".strip())


def _why(layer: str, unit: int, sets: Sequence[Recording]) -> str:
    shown = [each.samples.labels[each.samples.predictions != NO_LABEL] for each in sets]
    if all(len(labels) == 1 for labels in shown):
        return ONE_SAMPLE
    if all(_equal(each.summary(layer, Moments), unit) for each in sets):
        return ALL_EQUAL
    if all(len(np.unique(labels)) == len(labels) for labels in shown):
        return ALONE
    return SAME_VALUE


def _equal(moments: Moments, unit: int) -> bool:
    """Whether the squares sum to what they do for equal responses, to rounding."""
    total, squares = float(moments.total[unit]), float(moments.squares[unit])
    return abs(squares * int(moments.count) - total * total) <= 1e-6 * total * total
