"""Cells and columns that several tables have."""

from __future__ import annotations

import math

from shiftscope.views.numbers import percent
from shiftscope.views.panels import Cell, Column


def share_cell(share: float) -> Cell:
    """A share with its bar; no bar where there was nothing to measure."""
    return Cell(percent(share), bar=share if math.isfinite(share) else None)


def strip_column(dataset: str) -> Column:
    """Head of a column of pictures."""
    return Column(f"strongest in {dataset}", "Samples with the unit's largest responses, strongest first.")
