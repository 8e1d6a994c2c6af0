"""A layer's units under one shift: how their scores are spread, which belong together, and each in a table."""

from __future__ import annotations

from typing import Literal

from shiftscope.counted import counted
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.layer.drawings import Drawing
from shiftscope.views.layer.layer_choices import layer_choices
from shiftscope.views.layer.layer_sentence import layer_sentence
from shiftscope.views.layer.shown_layer import ROWS, ShownLayer
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Link, Page
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection, Sets
from shiftscope.views.page.view import view
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.two_sets import refusal, two_sets


@view("layers/{layer}")
def layer_units(
    study: StoredStudy,
    layer: str,
    *,
    baseline: str | None = None,
    focus: str | None = None,
    sets: Sets = None,
    where: str = "",
    sort: str | None = None,
    ascending: bool = False,
    start: int = 0,
    rows: int = ROWS[0],
    columns: Literal["few", "all"] = "few",
    x: str | None = None,
    y: str | None = None,
    colour: str | None = None,
    drawing: Drawing = "pca",
    positive: bool = False,
) -> Page:
    """All units of a layer: the focus is the shifted dataset whose scores are shown.

    Parameters
    ----------
    focus
        By default the set that loses most accuracy.
    where
        Conditions that choose units, as `views/parts/units/unit_filter.py` has them.
    sort
        A score, "maximum", "fires" or "unit"; a score also followed by ".q", ".low", ".high" or ".floor".
    start, rows
        How many units the table leaves out at its head, and how many it shows.
    x, y, colour
        Numbers of the scatter and of the map.
    positive
        The density of novelty over units of positive novelty only.
    """
    asked = Selection.at(study, layer, baseline, focus, sets)
    selection = two_sets(asked)
    rows = max(1, min(rows, ROWS[-1]))
    at = PageAddress(
        selection,
        selection.at_layer(layer),
        layer_units,
        {
            "layer": None,
            "where": where,
            "sort": sort,
            "ascending": ascending,
            "rows": rows,
            "columns": columns,
            "x": x,
            "y": y,
            "colour": colour,
            "drawing": drawing,
            "positive": positive,
        },
    )
    every = columns == "all"
    refused = refusal(asked, selection)
    shown = ShownLayer(
        selection, at, where, sort, ascending, start, rows, every, x, y, colour, drawing, positive, refused
    )
    sentence, lede = shown.gate.stated or layer_sentence(shown)
    described = study.layer(layer)
    shift = f" {selection.focus} compared with {selection.baseline}." if shown.compared else ""
    previous, following = shown.table.neighbours()
    recordings = [study[name] for name in selection.pair]
    rounded = "".join(f" {words}" for each in recordings if (words := rounded_in_words(each, layer)))
    units = counted(described.units, "unit", count)
    return Page(
        title=f"Layer {layer}",
        subtitle=f"{described.module_type}, {units} ({described.read_as}).{rounded}{shift}",
        trail=[Link(study.name, selection.overview())],
        panels=shown.gate.passed(panels_of(shown)),
        previous=previous,
        next=following,
        choices=layer_choices(shown),
        sentence=sentence,
        lede=lede,
    )


def rounded_in_words(recording: Recording, layer: str) -> str:
    """What half precision took from a layer's responses; empty where none is known to be lost."""
    rounded, units = recording.rounded(layer), recording.layer(layer).units
    if not rounded.to_zero:
        return ""
    digits = (
        f", and left {count(rounded.subnormal)} of the first {count(rounded.compared * units)} fewer digits"
        if rounded.compared
        else ""
    )
    responses, to_zero = count(rounded.samples * units), count(rounded.to_zero)
    return f"Of {responses} of {recording.name}'s responses float16 made {to_zero} zero that are not{digits}."
