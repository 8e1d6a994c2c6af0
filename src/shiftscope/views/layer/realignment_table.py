"""What aligning a dictionary to a set does, as pages show it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from shiftscope.percent import NOTHING, percent
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.parts.number_text import count, share_interval

if TYPE_CHECKING:
    from shiftscope.explain.realignment.realignment import Realignment, Row

VARIANTS = {
    "none": "The dictionary as it is.",
    "bias": "The mean of what the dictionary leaves is added; codes stay.",
    "decoder": "Atoms move; codes stay, so they can be compared with the reference's.",
    "scale": "Each unit's mean and deviation are brought to the reference's before encoding, and back.",
    "transport": "The smallest move that brings mean and covariance to the reference's, and back.",
    "rotation": "The smallest turn of the leading directions, and back.",
    "twins": "The turn that brings samples nearest to their twins in the reference, and back.",
}


def table_of(found: Realignment) -> Table:
    """A row for the dictionary as it is and for each variant."""
    paired = any(not math.isnan(row.agreement) for row in found.rows)
    columns = [
        Column("variant", help=" ".join(f"{name}: {says}" for name, says in VARIANTS.items())),
        Column(
            "variance left", help="Squared error, by the variance about the set's own mean.", numeric=True
        ),
        Column(
            "two reference halves",
            help="Variance left of one half of the held-out reference, before and after aligning to the other half.",
            numeric=True,
        ),
        Column(
            "kept",
            help="Predictions that stay where the responses are replaced by what the dictionary tells of them.",
            numeric=True,
        ),
        Column(
            "difference", help="Of decisions kept, sample by sample, with its 95 % interval.", numeric=True
        ),
        Column("cosine of atoms", help="Mean cosine of each atom before and after.", numeric=True),
    ]
    if paired:
        columns.append(
            Column(
                "as the twin",
                help="Samples whose leading feature is that of their twin in the reference.",
                numeric=True,
            )
        )
    rows = [_row(found, row, paired=paired) for row in found.rows]
    note = (
        f"Adapted on {count(found.adapted_on)} samples of {found.dataset}, told of {count(found.reported_on)} others; "
        f"{found.proposed} is the variant "
        f"{'asked for' if found.asked else 'that keeps most decisions of a half of those adapted on'}."
    )
    return Table(f"{found.layer} aligned to {found.dataset}", columns, rows, note)


def _row(found: Realignment, row: Row, *, paired: bool) -> list[Cell]:
    name = (
        f"{row.variant}, {'taken' if found.accepted else 'proposed'}" if row.variant == found.proposed else ""
    )
    if not row.made:
        blank = Cell(NOTHING, value=math.nan)
        return [Cell(name or row.variant, note=row.refused), *[blank] * (6 if paired else 5)]
    first = row is found.before
    cells = [
        Cell(name or row.variant, note=row.note),
        Cell(percent(row.fvu), value=row.fvu),
        Cell(
            percent(row.placebo) if first else f"{percent(row.placebo_before)} → {percent(row.placebo)}",
            value=row.placebo,
        ),
        Cell(percent(row.kept), value=row.kept),
        Cell(NOTHING, value=math.nan)
        if first
        else Cell(
            percent(row.difference),
            note=share_interval(row.difference_low, row.difference_high),
            value=row.difference,
        ),
        Cell(f"{row.cosine:.2f}", value=row.cosine),
    ]
    return [*cells, Cell(percent(row.agreement), value=row.agreement)] if paired else cells
