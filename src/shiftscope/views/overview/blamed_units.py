"""Units that argue for the wrong answers under a shift, and what silencing each alone would repair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shiftscope.explain.interventions.silenced_alone import Repaired, silenced_alone
from shiftscope.model.linear_map import LinearMap
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.score import unit_scores
from shiftscope.statistics.probability import probability
from shiftscope.statistics.ranked import ranked
from shiftscope.views.overview.blame_in_words import blame_in_words
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Cell, Column, Fold, Message, Panel, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import number_cell, share_cell, strip_cell, strip_column
from shiftscope.views.parts.number_text import count

TITLE = "Units most to blame"
SETS, UNITS = 5, 3  # the worst sets, and units of each
STRIP = 4
SURE = 0.05  # false discovery share


@dataclass(frozen=True)
class Blamed:
    """One unit of a layer before the head, in one set."""

    dataset: str
    head: LinearMap
    unit: int
    blame: Estimate
    repaired: Repaired

    @property
    def q(self) -> float:
        return float("nan") if self.blame.q is None else float(self.blame.q[self.unit])


@section(ShownOverview, place=60)
def blamed_units(overview: ShownOverview) -> Fold | None:
    """Within each of the worst sets the units with most blame, those that repair most more than they break first."""
    if not overview.shifts:
        return None
    heads = list(overview.selection.study.heads.values())
    if not heads:
        why = "No recorded layer feeds the logits by a linear map, so no unit can be blamed."
        return Fold(TITLE, "no layer feeds the logits by a linear map", [Message("", why)], "blame")
    # Layers that are all of what enters the head say the same twice; those that are parts of it each say their own.
    chosen = heads[:1] if heads[0].alone else heads
    found = _found(overview, chosen)
    sure = [one for one in found if one.q < SURE]
    unsure = [one for one in found if not one.q < SURE]
    panels: list[Panel] = [_table(overview, "", sure, chosen)]
    if unsure and sure:
        panels.append(_table(overview, "Not beyond chance", unsure, chosen))
    elif unsure:
        panels = [_table(overview, "None beyond chance", unsure, chosen)]
    return Fold(TITLE, _said(overview, found), panels, "blame")


def _found(overview: ShownOverview, heads: list[LinearMap]) -> list[Blamed]:
    """By set, the worst first; within it the units that repair most more than they break first."""
    found: list[Blamed] = []
    for each in overview.telling[:SETS]:
        recording = overview.selection.study[each.name]
        if not recording.keeps_responses:
            continue
        units = []
        for head in heads:
            blame = overview.estimates(each.name, head.layer)["blame"]
            units += [
                Blamed(each.name, head, int(unit), blame, silenced_alone(recording, head, int(unit)))
                for unit in ranked(blame.value)[:UNITS]
                if blame.value[unit] > 0
            ]
        found += sorted(units, key=lambda one: (-one.repaired.net, -one.blame.value[one.unit]))
    return found


def _said(overview: ShownOverview, found: list[Blamed]) -> str:
    """Of the units to blame beyond chance, or else of all, the one that repairs most in a set that hurts."""
    hurting = {each.name for each in overview.suffered if each.harm in ("breaks", "hurts")}
    there = [one for one in found if one.dataset in hurting]
    sure = [one for one in there if one.q < SURE]
    best = max(
        sure or there,
        key=lambda one: one.repaired.net / max(one.repaired.errors, 1),
        default=None,
    )
    if best is None:
        return "no unit contributes more to wrong answers than to right ones in a set that hurts"
    selection = overview.selection
    reference = selection.study[selection.baseline]
    usual = silenced_alone(reference, best.head, best.unit) if reference.keeps_responses else None
    return blame_in_words(best.unit, best.dataset, best.repaired, selection.baseline, usual, sure=bool(sure))


def _table(overview: ShownOverview, heading: str, found: list[Blamed], heads: list[LinearMap]) -> Table:
    selection, score = overview.selection, unit_scores["blame"]
    rows = []
    for one in found:
        layer, blame, unit = one.head.layer, one.blame, one.unit
        value, low, high = (float(a[unit]) for a in (blame.value, blame.low, blame.high))
        repaired = one.repaired
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
                number_cell(value, low, high),
                Cell(probability(one.q), value=one.q),
                *(
                    strip_cell(selection, name, unit, STRIP, layer)
                    for name in (selection.baseline, one.dataset)
                ),
            ]
        )
    whose = " and ".join(head.layer for head in heads)
    columns = [
        Column("dataset", "The sets that lose most."),
        Column("unit", f"Units of {whose} with the most blame in the set."),
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
            "blame",
            f"{score.help} Measured in: {score.measured_in}; behind it the 95 % interval.",
            numeric=True,
            key="blame",
        ),
        Column(
            "q",
            f"False discovery share over the units of {whose} in the set (Benjamini-Hochberg).",
            numeric=True,
            key="blame_q",
        ),
        strip_column(selection.baseline),
        strip_column("the set"),
    ]
    empty = (
        f"No unit of {whose} contributes more to wrong answers than to right ones; it takes both, with labels "
        "and single responses stored."
    )
    return Table(heading, columns, rows, empty=empty)
