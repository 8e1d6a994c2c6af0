"""Every set in one look: its accuracy or a score as a colour, the same sample in each, and lines along a variable."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from shiftscope.outcomes.twins import NONE, twins
from shiftscope.percent import NOTHING, percent
from shiftscope.statistics.bins import bin_of, quantile_edges
from shiftscope.statistics.quartiles import quartiles
from shiftscope.statistics.wilson import wilson
from shiftscope.views.overview.set_rows import SetRow, Suffered
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.overview.typical_sample import typical_sample
from shiftscope.views.page.group_names import value_text
from shiftscope.views.page.panels import (
    Curve,
    Curves,
    Heat,
    HeatBlock,
    HeatCell,
    HeatRow,
    Picture,
    Words,
)
from shiftscope.views.page.section import section
from shiftscope.views.parts.accuracy import answers
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.number_text import number, points
from shiftscope.views.parts.pictures.pictures import pictures
from shiftscope.views.parts.units.unit_scores import title

LOST = (0.01, 0.05, 0.15, 0.35, 0.60)  # of accuracy: the edges of the shades
LOST_NAMES = ("under 1", "1–5", "5–15", "15–35", "35–60", "over 60")
SHADES = 6
FEW, PICTURED = 6, 5  # rows that all have pictures; of more, how many have
NAMED = 3  # curves with a name, of more than that
AXIS = tuple((share, f"{100 * share:.0f} %") for share in (0, 0.25, 0.5, 0.75, 1))


@section(ShownOverview, place=8)
def heat(overview: ShownOverview) -> Heat | None:
    """Groups as rows, a block for each variable that orders some; sets without order below one another."""
    if not overview.many:
        return None
    cells = _Cells(overview)
    variables = dict.fromkeys(row.variable for row in overview.rows)
    blocks = [
        _block(overview, cells, variable, [row for row in overview.rows if row.variable == variable])
        for variable in sorted(variables, key=lambda variable: not variable)
    ]
    return Heat(
        _title(overview, cells),
        blocks,
        overview.selection.baseline,
        cells.usual,
        cells.bins,
        cells.measure,
        _unordered(overview),
        chart="heat",
    )


def _title(overview: ShownOverview, cells: _Cells) -> str:
    what = (
        "the accuracy there, %"
        if overview.score is None
        else f"the median {title(overview.score.name)} of the units of {overview.selection.layer} there"
    )
    if cells.sample is None:
        return f"{what[0].upper()}{what[1:]}".replace(" there", " in every set")
    label = int(overview.selection.study[overview.selection.baseline].samples.labels[cells.sample])
    name = category_name(overview.selection.study, label)
    image = "image" if label < 0 else name
    return f"{'The same' if cells.alike else 'Typical for'} {image} in every set, and {what}"


def _unordered(overview: ShownOverview) -> str:
    """Why numbers that are there order no group."""
    told = [group for group in overview.selection.study.groups if group.problem]
    return " ".join(f"{group.called} has no order: {group.problem}." for group in told)


def _block(overview: ShownOverview, cells: _Cells, variable: str, rows: Sequence[SetRow]) -> HeatBlock:
    values = sorted({value for row in rows for value in row.values})
    pictured = len(rows) if len(rows) <= FEW else PICTURED
    shown = []
    for place, row in enumerate(rows):
        places = {value: at for at, value in enumerate(row.values)}
        page = (
            overview.at(sets=row.name)
            if variable and len(overview.rows) > 1
            else overview.selection.dataset(row.telling.name)
        )
        drawn = [
            None if at is None else cells.cell(row, at, pictured=place < pictured)
            for at in ([places.get(value) for value in values] if variable else [0])
        ]
        shown.append(HeatRow(row.name, page, drawn))
    columns = (
        [value_text(value) for value in values]
        if variable
        else [title(overview.score.name) if overview.score else "accuracy"]
    )
    lines = (
        accuracy_lines(overview, variable, rows, heading="accuracy" if overview.score else "")
        if variable
        else None
    )
    return HeatBlock(variable, columns, shown, lines)


@dataclass(frozen=True)
class _Cells:
    """What the cells show: of each set the accuracy, or the median of the score asked for, and the sample."""

    overview: ShownOverview

    @cached_property
    def sample(self) -> int | None:
        """In the baseline."""
        selection = self.overview.selection
        samples = selection.study[selection.baseline].samples
        found = typical_sample(samples, self.overview.sample_of)
        return found if found is not None and samples.pictured[found] else None

    @cached_property
    def alike(self) -> bool:
        """Whether every set has the sample."""
        return all(self._same(each.name) is not None for each in self.overview.suffered)

    def _same(self, name: str) -> int | None:
        selection = self.overview.selection
        if self.sample is None:
            return None
        usual = selection.study[selection.baseline].samples
        twin = int(twins(usual, selection.study[name].samples)[self.sample])
        return None if twin == NONE else twin

    def picture(self, name: str) -> Picture | None:
        """The sample itself, or where the sets' ids do not agree the typical one of its label."""
        selection = self.overview.selection
        if self.sample is None:
            return None
        recording = selection.study[name]
        label = int(selection.study[selection.baseline].samples.labels[self.sample])
        at = (
            self._same(name)
            if self.alike
            else typical_sample(recording.samples, label if label >= 0 else None)
        )
        if at is None or not recording.samples.pictured[at]:
            return None
        return pictures(selection, recording, [at])[0]

    @cached_property
    def medians(self) -> dict[str, float]:
        score = self.overview.score
        assert score is not None
        return {
            each.name: quartiles(self.overview.estimates(each.name)[score.name].value)[1]
            for each in self.overview.suffered
        }

    @cached_property
    def edges(self) -> Sequence[float]:
        if self.overview.score is None:
            return LOST
        return quantile_edges(list(self.medians.values()), SHADES)

    @property
    def bins(self) -> Sequence[str]:
        if self.overview.score is None:
            return LOST_NAMES
        ends = [number(edge) for edge in self.edges]
        if not ends:
            return ["all"]
        return [
            f"under {ends[0]}",
            *(f"{a}–{b}" for a, b in pairwise(ends)),
            f"over {ends[-1]}",
        ]

    @property
    def measure(self) -> Words:
        score = self.overview.score
        if score is None:
            return "points lost"
        return f"{title(score.name)}, shades by sixths of the sets"

    @property
    def usual(self) -> HeatCell:
        overview = self.overview
        right, labelled = overview.usual
        baseline = overview.selection.baseline
        share = right / labelled if labelled else math.nan
        text = f"{100 * share:.1f}" if labelled and overview.score is None else ""
        said = f"{baseline}: {percent(share)}" if text else baseline
        picture = None if self.sample is None else self._usual_picture(self.sample)
        return HeatCell(text, said, 0, overview.selection.dataset(baseline), picture)

    def _usual_picture(self, position: int) -> Picture:
        selection = self.overview.selection
        return pictures(selection, selection.study[selection.baseline], [position])[0]

    def cell(self, row: SetRow, at: int, *, pictured: bool) -> HeatCell:
        each = row.sets[at]
        text, said, shade = self._accuracy(each) if self.overview.score is None else self._median(each)
        breaks = at == row.breaks
        return HeatCell(
            text,
            f"{each.name}: {said}{', breaks here' if breaks else ''}",
            shade,
            self.overview.selection.dataset(each.name),
            self.picture(each.name) if pictured else None,
            breaks and bool(row.variable),
        )

    def _accuracy(self, each: Suffered) -> tuple[str, str, int | None]:
        if not each.labelled:
            return NOTHING, "no labels", None
        share = each.right / each.labelled
        # Nine digits, so that a loss of five points is five points.
        shade = bin_of(round(each.loss, 9), self.edges)
        lost = f", {points(-each.loss)}" if each.harm else ""
        return f"{100 * share:.1f}", f"{percent(share)}{lost}", shade

    def _median(self, each: Suffered) -> tuple[str, str, int | None]:
        median = self.medians[each.name]
        said = f"median {number(median)}" if not math.isnan(median) else "nothing to measure"
        return number(median), said, bin_of(median, self.edges)


def accuracy_lines(
    overview: ShownOverview,
    variable: str,
    rows: Sequence[SetRow],
    *,
    heading: str,
    source: str | None = None,
    note: Words = "",
) -> Curves | None:
    """Accuracy over the values of a variable with 95 % bands, the worst group coloured.

    Parameters
    ----------
    source
        The set that the rows start from; the baseline where not given.
    """
    start = source or overview.selection.baseline
    right, labelled = answers(overview.selection, start)
    if not labelled:
        return None
    values = sorted({value for row in rows for value in row.values})
    steps = {value: step for step, value in enumerate(values, 1)}
    curves = []
    for place, row in enumerate(rows):
        measured = [
            (steps[value], *_with_band(each.right, each.labelled))
            for value, each in zip(row.values, row.sets, strict=True)
            if each.labelled
        ]
        named = place < NAMED or len(rows) <= NAMED
        end = f" {100 * measured[-1][1]:.0f} %" if measured else ""
        curves.append(
            Curve(
                f"{row.name}{end}" if named else "",
                measured,
                focus=not place,
                larger=None if row.breaks is None or not named else steps[row.values[row.breaks]],
            )
        )
    usual = right / labelled
    said = "; ".join(
        f"{row.name} {', '.join(percent(each.right / each.labelled) for each in row.sets if each.labelled)}"
        for row in rows[:FEW]
    )
    return Curves(
        heading,
        [start, *map(value_text, values)],
        variable,
        AXIS,
        curves,
        _with_band(right, labelled),
        f"Accuracy over {variable}, a line for each group with its 95 % band, from {percent(usual)} in "
        f"{start} on: {said}.",
        note,
        chart="groups",
    )


def _with_band(right: int, labelled: int) -> tuple[float, float, float]:
    """The share that is right, and its 95 % interval by Wilson."""
    low, high = wilson(right, labelled)
    return right / labelled, float(low), float(high)
