"""Ladders below the sets that the page is about: accuracy by strength, a line each, and what the units lose."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from shiftscope.explain.dose.ladder import Ladder
from shiftscope.explain.dose.stored_doses import break_along, has_dose, stored_dose
from shiftscope.percent import percent
from shiftscope.views.overview.heat import accuracy_lines
from shiftscope.views.overview.set_rows import SetRow
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Curves, Span, Words
from shiftscope.views.page.section import section
from shiftscope.views.parts.accuracy import answers
from shiftscope.views.parts.lost_in_words import lost_in_words
from shiftscope.views.parts.number_text import count

TOLD = 3  # ladders whose units are written about


@section(ShownOverview, place=12)
def ladders(overview: ShownOverview) -> list[Curves]:
    """A panel for those that start from one set; none where the page is about the rungs themselves."""
    by_start = sorted(overview.ladders, key=_start)
    panels = [_lines(overview, list(same)) for _, same in groupby(by_start, key=_start)]
    return [panel for panel in panels if panel]


def _start(ladder: Ladder) -> tuple[str, str]:
    return ladder.source, ladder.variable


def _lines(overview: ShownOverview, ladders: Sequence[Ladder]) -> Curves | None:
    source, variable = _start(ladders[0])
    rows = [overview.ladder_row(each) for each in ladders]
    found = [_what_units_lose(overview, each) for each in ladders[:TOLD]]
    note: list[str | Span] = []
    for each in found:
        note += [*([" "] if note else []), *each]
    if len(ladders) > TOLD:
        note.append(f" {count(len(ladders) - TOLD)} more ladders are among the sets.")
    heading = (
        _heading(overview, ladders[0], rows[0]) if len(rows) == 1 else f"Accuracy by {variable} of each shift"
    )
    return accuracy_lines(overview, variable, rows, heading=heading, source=source, note=note)


def _heading(overview: ShownOverview, ladder: Ladder, row: SetRow) -> str:
    """Accuracy at the start and at the rung that costs most."""
    right, labelled = answers(overview.selection, ladder.source)
    worst = row.costliest
    if not labelled or not worst.labelled:
        return f"Accuracy by {ladder.variable} of {row.name}"
    before, after = right / labelled, worst.right / worst.labelled
    at = f"at {ladder.variable} {row.value(row.sets.index(worst))}"
    goes = "falls" if after < before else "goes"
    return f"Under {row.name} accuracy {goes} from {percent(before)} to {percent(after)} {at}"


def _what_units_lose(overview: ShownOverview, ladder: Ladder) -> Words:
    """In the layer that is chosen, by the numbers that are stored; how to have them where none are."""
    selection, name = overview.selection, overview.names[ladder.called]
    rungs = Span(name, page=overview.at(sets=name))
    if not all(has_dose(selection.study, ladder, layer) for layer in selection.study.recorded_layers):
        return [rungs, f": study.dose({ladder.called!r}) computes what its units lose."]
    dose, found = stored_dose(selection.study, ladder, selection.layer), break_along(selection.study, ladder)
    first = next(iter(selection.study.recorded_layers))
    layer = Span(selection.layer, page=selection.layer_page(focus=list(ladder.rungs)[-1]))
    return [rungs, ", in ", layer, f": {lost_in_words(ladder, dose, found, first)}."]
