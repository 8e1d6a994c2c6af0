"""Units whose silence alone would repair wrong answers under a shift, and what it would break."""

from __future__ import annotations

import numpy as np

from shiftscope.explain.interventions.silenced_alone import silenced_alone
from shiftscope.model.linear_map import LinearMap
from shiftscope.statistics.probability import probability
from shiftscope.views.overview.blame_in_words import blame_in_words
from shiftscope.views.overview.blamed import Blamed, blamed, telling_heads
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Cell, Column, Fold, Message, Panel, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import share_cell, strip_cell, strip_column
from shiftscope.views.parts.number_text import count

TITLE = "Units most to blame"
SETS, UNITS = 5, 3  # the worst sets, and units of each
STRIP = 4


@section(ShownOverview, place=60)
def blamed_units(overview: ShownOverview) -> Fold | None:
    """Within each of the worst sets the units whose silence repairs most more than it breaks."""
    if not overview.shifts:
        return None
    chosen = telling_heads(overview.selection.study)
    if not chosen:
        why = "No recorded layer feeds the logits by a linear map, so no unit can be blamed."
        return Fold(TITLE, "no layer feeds the logits by a linear map", [Message("", why)], "blame")
    found = [
        one
        for each in overview.telling[:SETS]
        for one in blamed(overview.selection.study, each.name, chosen, UNITS)
    ]
    sure = [one for one in found if one.sure]
    unsure = [one for one in found if not one.sure]
    panels: list[Panel] = [_table(overview, "", sure, chosen)]
    if unsure and sure:
        panels.append(_table(overview, "Not beyond chance", unsure, chosen))
    elif unsure:
        panels = [_table(overview, "None beyond chance", unsure, chosen)]
    return Fold(TITLE, _said(overview, found), panels, "blame")


def _said(overview: ShownOverview, found: list[Blamed]) -> str:
    """Of the units beyond chance, or else of all, the one that repairs most in a set that hurts."""
    hurting = {each.name for each in overview.suffered if each.harm in ("breaks", "hurts")}
    there = [one for one in found if one.dataset in hurting]
    sure = [one for one in there if one.sure]
    best = max(
        sure or there,
        key=lambda one: one.repaired.net / max(one.repaired.errors, 1),
        default=None,
    )
    if best is None:
        return "no unit's silence repairs more than it breaks in a set that hurts"
    selection = overview.selection
    reference = selection.study[selection.baseline]
    usual = silenced_alone(reference, best.head, best.unit) if reference.keeps_responses else None
    unit = f"unit {best.unit} of {best.head.layer}"
    return blame_in_words(unit, best.dataset, best.repaired, selection.baseline, usual, sure=bool(sure))


def _table(overview: ShownOverview, heading: str, found: list[Blamed], heads: list[LinearMap]) -> Table:
    selection = overview.selection
    rows = []
    for one in found:
        layer, unit, repaired = one.head.layer, one.unit, one.repaired
        share = share_cell(repaired.fixed / repaired.looked_at if repaired.looked_at else np.nan)
        rows.append(
            [
                Cell(one.dataset, selection.layer_page(layer, focus=one.dataset, sort="blame")),
                Cell(
                    f"{layer}, unit {unit}" if len(heads) > 1 else f"unit {unit}",
                    selection.unit(unit, layer, focus=one.dataset),
                ),
                Cell(
                    f"{count(repaired.fixed)} of {count(repaired.looked_at)}",
                    bar=share.bar,
                    note=f"of {count(repaired.errors)}" if repaired.looked_at < repaired.errors else "",
                    value=repaired.fixed,
                    parts={"looked_at": repaired.looked_at, "errors": repaired.errors},
                ),
                Cell(
                    f"{count(repaired.broken)} of {count(repaired.right_looked_at)}",
                    note=f"of {count(repaired.right)}" if repaired.right_looked_at < repaired.right else "",
                    value=repaired.broken,
                    parts={"looked_at": repaired.right_looked_at, "right": repaired.right},
                ),
                Cell(probability(one.p), value=one.p),
                *(
                    strip_cell(selection, name, unit, STRIP, layer)
                    for name in (selection.baseline, one.dataset)
                ),
            ]
        )
    whose = " and ".join(head.layer for head in heads)
    columns = [
        Column("dataset", "The sets that lose most."),
        Column("unit", f"Units of {whose} that add most to wrong answers in the set, over the label's."),
        Column(
            "repairs alone",
            "Errors that are answered right where this unit alone responds with 0, of those looked at; computed "
            "through the stored head.",
            numeric=True,
        ),
        Column(
            "breaks alone",
            "Right answers that are wrong where this unit alone responds with 0, of those looked at.",
            numeric=True,
        ),
        Column(
            "p",
            "That it breaks as many as it repairs (McNemar's test), times the number of units of its layer.",
            numeric=True,
        ),
        strip_column(selection.baseline),
        strip_column("the set"),
    ]
    empty = (
        f"No unit of {whose} repairs more than it breaks where it alone is silent; it takes labels and single "
        "responses stored."
    )
    return Table(heading, columns, rows, empty=empty)
