"""What each shift did, in one sentence."""

from __future__ import annotations

import math

from shiftscope.counted import counted
from shiftscope.statistics.newcombe import newcombe
from shiftscope.views.overview.differing import Differences
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Columns, Message
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.accuracy import answers
from shiftscope.views.parts.grown_in import grown_in
from shiftscope.views.parts.number_text import count, percent
from shiftscope.views.parts.pictures import category_name


@section(ShownOverview, place=10)
def sentences(overview: ShownOverview) -> Columns | None:
    """Accuracy, units that respond differently, and the confusion that grew most; the cards hold the numbers."""
    told = [Message(name, _sentence(overview, name)) for name in overview.selection.others()]
    return Columns("What the shift did", told) if told else None


def _sentence(overview: ShownOverview, dataset: str) -> str:
    selection, differences = overview.selection, overview.differences[dataset]
    parts = [_accuracy(selection, dataset), _units(selection, differences), _confusion(selection, dataset)]
    text = "; ".join(filter(None, parts))
    return f"{text[0].upper()}{text[1:]}."


def _accuracy(selection: Selection, dataset: str) -> str:
    here, there = (answers(selection, name) for name in (dataset, selection.baseline))
    if not here[1]:
        return "no sample has a label and an answer, so there is no accuracy"
    accuracy = percent(here[0] / here[1])
    if not there[1]:
        return f"accuracy is {accuracy}; {selection.baseline} has none to compare with"
    usual = percent(there[0] / there[1])
    _, low, high = map(float, newcombe(*here, *there))
    way = "fell" if high < 0 else "rose" if low > 0 else ""
    if not way:
        return f"accuracy is {accuracy} and {usual} in {selection.baseline}, no more apart than chance allows"
    return f"accuracy {way} from {usual} to {accuracy}"


def _units(selection: Selection, differences: Differences) -> str:
    units = selection.study.layer(selection.layer).units
    found = [f"{count(found)} {way.verb} ({way.criterion})" for way, found in differences]
    return (
        f"of the {counted(units, 'unit', count)} of {selection.layer}, {' and '.join(found)}" if found else ""
    )


def _confusion(selection: Selection, dataset: str) -> str:
    for one in grown_in(selection, dataset, 1):
        actual, predicted = (category_name(selection.study, c) for c in (one.actual, one.predicted))
        return (
            f"largest growth of a confusion: {actual} → {predicted}, {_share(one.share)} of the samples labelled "
            f"{actual}, up from {_share(one.usual_share)}"
        )
    return ""


def _share(share: float) -> str:
    """Whole per cent, as in speech."""
    return f"{math.floor(100 * share + 0.5)} %"
