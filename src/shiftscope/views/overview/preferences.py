"""Units that prefer another category, along the variable of each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shiftscope.percent import NOTHING
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.tuning.preferred import moved
from shiftscope.views.overview.set_rows import SetRow
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.group_names import value_text
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import share_cell
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count

Moved = Mapping[str, tuple[int, int]]  # by set: units that prefer another category, of how many


@section(ShownOverview, place=35, units=True)
def preferences(overview: ShownOverview) -> Fold | None:
    """A table for each variable, a row for each group; none without a group that is ordered."""
    if not overview.ordered:
        return None
    selection = overview.selection
    means = {
        name: selection.study[name].summary(selection.layer, CategorySums).means()
        for name in (selection.baseline, *(each.name for row in overview.ordered for each in row.sets))
    }
    found = {
        name: moved(means[selection.baseline], each)
        for name, each in means.items()
        if name != selection.baseline
    }
    variables = dict.fromkeys(row.variable for row in overview.ordered)
    tables = [
        _table(overview, variable, [row for row in overview.ordered if row.variable == variable], found)
        for variable in variables
    ]
    return Fold(
        "Units on another category", preferences_in_words(overview.ordered, found), tables, "preferences"
    )


def preferences_in_words(rows: Sequence[SetRow], found: Moved) -> str:
    """The set in which most units changed what they prefer, and the groups under which none did."""
    told = [each.name for row in rows for each in row.sets if found[each.name][1]]
    if not told:
        return "no unit prefers a category in both"
    most = max(told, key=lambda name: found[name][0] / found[name][1])
    changed, units = found[most]
    if not changed:
        return "none changed what it prefers"
    still = [row.name for row in rows if not any(found[each.name][0] for each in row.sets)]
    said = f"{100 * changed / units:.0f} % of {count(units)} in {most}"
    return f"{said}; none under {in_a_row(still)}" if still else said


def _table(overview: ShownOverview, variable: str, rows: Sequence[SetRow], found: Moved) -> Table:
    selection = overview.selection
    values = sorted({value for row in rows for value in row.values})
    help = (
        f"Share of the units of {selection.layer} whose largest mean response over the categories is to another one "
        f"than in {selection.baseline}; of those that respond to some in both."
    )
    columns = [
        Column(overview.kind),
        *(Column(f"{variable} {value_text(value)}", help=help, numeric=True) for value in values),
    ]
    lines = []
    for row in rows:
        by_value = {value: each.name for value, each in zip(row.values, row.sets, strict=True)}
        cells = [
            _cell(overview, by_value[value], found) if value in by_value else Cell(NOTHING)
            for value in values
        ]
        lines.append([Cell(row.name, overview.at(sets=row.name)), *cells])
    return Table("", columns, lines)


def _cell(overview: ShownOverview, name: str, found: Moved) -> Cell:
    changed, units = found[name]
    page = overview.selection.layer_page(focus=name, sort="spurious")
    return share_cell(changed / units if units else float("nan"), page=page)
