"""How far the maps of one image can be believed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shiftscope.explain.attribution.attributions import RANDOM, Attributions
from shiftscope.explain.attribution.sanity.sanity import DEPENDS, THIS_MAP, UNCLEAR
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.parts.cells import number_cell
from shiftscope.views.parts.number_text import number

EDGES = "edges"  # a row of controls
F = "F"
DO_NOT_READ = "do not read this map"


@dataclass(frozen=True)
class ImageMap:
    """One map of an image, in a row of what is kept together."""

    dataset: str
    called: str  # whose map it is, and how it was made
    found: Attributions
    row: int

    @property
    def readable(self) -> bool:
        """Whether nothing speaks against reading it."""
        return self.found.sanity is None or self.found.sanity.readable

    def f_of(self, row: str) -> float:
        """Of this image under the first way to fill places; NaN where it was not measured."""
        beside = self.found.faithfulness
        if beside is None or row not in beside.rows or F not in beside.metrics:
            return math.nan
        place = list(beside.rows).index(row), list(beside.metrics).index(F)
        return float(beside.scores[place[0], place[1], 0, self.row])


def belief_table(maps: Sequence[ImageMap]) -> Table | None:
    """A row for each map of which anything is known; None where that is none."""
    known = [each for each in maps if each.found.faithfulness or each.found.sanity]
    if not known:
        return None
    columns = [
        Column("set"),
        Column("map"),
        Column(
            "randomised weights",
            "Whether the maps change when the model forgets what it learned, and how alike they stay: over all images "
            "that were asked for with this one.",
        ),
        Column(
            F,
            "Of this image: insertion minus deletion, the value while the places that count most are put back first, "
            "and removed first. Large is faithful.",
            numeric=True,
        ),
        Column("of a random map", "F of a map that knows nothing.", numeric=True),
        Column("of its edges", "F of the picture's edges, which know nothing of the model.", numeric=True),
    ]
    rows = [
        [
            Cell(each.dataset),
            Cell(each.called),
            _verdict(each),
            *(number_cell(each.f_of(row)) for row in (each.found.question.method, RANDOM, EDGES)),
        ]
        for each in known
    ]
    fills = dict.fromkeys(each.found.faithfulness.fills[0] for each in known if each.found.faithfulness)
    note = f"places filled with the {' or the '.join(fills).replace('_', ' ')}" if fills else ""
    return Table("Whether they can be believed", columns, rows, note=note)


def _verdict(each: ImageMap) -> Cell:
    sanity = each.found.sanity
    if sanity is None:
        return Cell("not asked for")
    told = {DEPENDS: "depends on them", UNCLEAR: "unclear"}.get(sanity.verdict, DO_NOT_READ)
    mean = sanity.rows[THIS_MAP].mean
    return Cell(told, note="" if math.isnan(mean) else f"similarity {number(mean)}", help=sanity.in_words())
