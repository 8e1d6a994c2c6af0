"""A layer's units under one shift: how their scores are spread, which belong together, and each in a table."""

from __future__ import annotations

from typing import Literal

import numpy as np

from shiftscope.counted import counted
from shiftscope.errors import BadRequest
from shiftscope.store.notes import UnitNote
from shiftscope.store.stored_study import StudyFiles
from shiftscope.views.layer.densities import densities
from shiftscope.views.layer.rounding_told import rounding_told
from shiftscope.views.layer.unit_map import Drawing, drawings, unit_map
from shiftscope.views.layer.unit_scatter import unit_scatter
from shiftscope.views.layer.unit_table import MOST_WITH_PICTURES, Address, UnitTable
from shiftscope.views.page.panels import Brush, Choice, Columns, Field, Filter, Link, Page, Panel
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.readable_notes import readable_notes
from shiftscope.views.parts.unit_filter import (
    GRAMMAR,
    Condition,
    Passing,
    conditions,
    passing,
    with_rectangle,
    without_rectangle,
)
from shiftscope.views.parts.unit_numbers import FIRES, MAXIMUM, UnitNumbers
from shiftscope.views.parts.unit_scores import name_of

ROWS = (50, 200, 2000)  # of the table, that can be chosen
EXAMPLES = ("novelty > 0.2", "spurious < 0.5", "shift_auroc outside 0.4 to 0.6", "shift_auroc.q < 0.05")


@view("layers/{layer}")
def layer_units(
    study: StudyFiles,
    layer: str,
    *,
    reference: str | None = None,
    lead: str | None = None,
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
    """All units of a layer: the lead is the shifted dataset whose scores are shown.

    Parameters
    ----------
    where
        Conditions that choose units, as `views/unit_filter.py` has them.
    sort
        A score, "maximum", "fires" or "unit"; a score also followed by ".q", ".low", ".high" or ".floor".
    start, rows
        How many units the table leaves out at its head, and how many it shows.
    x, y, colour
        Numbers of the scatter and of the map.
    positive
        The density of novelty over units of positive novelty only.
    """
    selection = Selection.at(study, layer, reference, lead)
    others = selection.others()
    selection = selection.led_by(others[0]) if others else selection
    compared = selection.lead != selection.reference
    numbers = UnitNumbers(selection)
    notes, unread = readable_notes(study, layer)
    asked, chosen, mistake = _asked(where, numbers, notes)
    by = name_of(sort or ("novelty" if compared else MAXIMUM))
    across = numbers.measure(x or ("novelty" if compared else MAXIMUM))
    up = numbers.measure(y or ("spurious" if compared else FIRES))
    coloured = numbers.measure(colour or ("novelty" if compared else MAXIMUM))
    start, rows = max(0, min(start, int(chosen.sum()) - 1)), max(1, min(rows, ROWS[-1]))
    now: dict[str, str | int | bool | None] = {
        "where": where or None,
        "sort": sort,
        "ascending": ascending or None,
        "rows": rows if rows != ROWS[0] else None,
        "columns": "all" if columns == "all" else None,
        "x": x,
        "y": y,
        "colour": colour,
        "drawing": drawing if drawing != "pca" else None,
        "positive": positive or None,
    }

    def address(**options: str | int | bool | None) -> str:
        return selection.layer_page(layer, **{**now, **options})

    brush = Brush(
        address(where=with_rectangle(asked, across.name, up.name)),
        ""
        if (without := without_rectangle(asked, across.name, up.name)) is None
        else address(where=without or None),
    )
    how_many = int(chosen.sum())
    passed = f"{count(how_many)} of {counted(numbers.units, 'unit', count)} {'passes' if how_many == 1 else 'pass'}."
    table = UnitTable(numbers, chosen, notes, address, by, ascending, columns == "all", start, rows)
    panels: list[Panel] = [*unread]
    if others:
        spread = [densities(selection, "novelty", positive=positive), densities(selection, "spurious")]
        panels.append(Columns("", spread))
    panels += [
        Columns(
            "",
            [
                unit_scatter(selection, across, up, chosen, brush),
                unit_map(selection, drawing, coloured, chosen),
            ],
        ),
        _filter(
            numbers,
            where,
            mistake or passed,
            notes,
            address,
        ),
        table.panel(),
    ]
    described = study.layer(layer)
    shift = f" {selection.lead} compared with {selection.reference}." if compared else ""
    recordings = [study[name] for name in dict.fromkeys((selection.reference, selection.lead))]
    rounded = "".join(f" {told}" for recording in recordings if (told := rounding_told(recording, layer)))
    previous, following = table.neighbours()
    units = counted(described.units, "unit", count)
    return Page(
        title=f"Layer {layer}",
        subtitle=f"{described.module_type}, {units} ({described.read_as}).{rounded}{shift}",
        trail=[Link(study.name, selection.overview())],
        panels=panels,
        previous=previous,
        next=following,
        choices=[
            *selection.dataset_choices(selection.at_layer(layer), **{**now, "layer": None}),
            Choice(
                "Columns",
                [Link("few", address(columns=None)), Link("all", address(columns="all"))],
                columns,
                "Every number of a unit, or those asked for most.",
            ),
            *_rows_choice(address, int(chosen.sum()), rows),
            *_scatter_choices(numbers, address, across.title, up.title),
            *_map_choices(numbers, address, coloured.title, drawing),
            *_density_choice(address, bool(others), positive),
        ],
    )


def _filter(
    numbers: UnitNumbers,
    where: str,
    outcome: str,
    notes: dict[int, UnitNote],
    address: Address,
) -> Filter:
    plain = address(where=None)
    used = {tag for note in notes.values() for tag in note.tags}
    tags = [f"tag:{tag}" for tag in sorted(used, key=str.casefold)]
    return Filter(
        "Filter",
        plain,
        [Field("where", "Units with", where, GRAMMAR, choices=[*EXAMPLES, *tags])],
        reset=plain if where else "",
        note=outcome if where else "",
    )


def _asked(
    where: str, numbers: UnitNumbers, notes: dict[int, UnitNote]
) -> tuple[list[Condition], Passing, str]:
    """The conditions and the units that pass; where they cannot be read all units, and why."""
    try:
        asked = conditions(where)
        return asked, passing(asked, numbers, notes), ""
    except BadRequest as error:
        return [], np.ones(numbers.units, bool), f"Not applied: {error}"


def _rows_choice(address: Address, passing: int, rows: int) -> list[Choice]:
    fewer = [number for number, before in zip(ROWS, (0, *ROWS), strict=False) if before < passing]
    links = [Link(count(number), address(rows=number if number != ROWS[0] else None)) for number in fewer]
    help = f"Units in the table; it has pictures up to {MOST_WITH_PICTURES}."
    return [Choice("Rows", links, count(rows), help)] if len(links) > 1 else []


def _scatter_choices(numbers: UnitNumbers, address: Address, across: str, up: str) -> list[Choice]:
    shown = numbers.shown()
    return [
        Choice(
            "Scatter across",
            [Link(m.title, address(x=m.name)) for m in shown],
            across,
            "What the scatter shows from left to right.",
        ),
        Choice(
            "Scatter up",
            [Link(m.title, address(y=m.name)) for m in shown],
            up,
            "What the scatter shows from bottom to top.",
        ),
    ]


def _map_choices(numbers: UnitNumbers, address: Address, coloured: str, drawing: Drawing) -> list[Choice]:
    names: dict[Drawing, str] = {"pca": "PCA", "umap": "UMAP"}
    kinds = drawings(numbers.units)
    links = [Link(names[kind], address(drawing=None if kind == "pca" else kind)) for kind in kinds]
    colours = [Link(m.title, address(colour=m.name)) for m in numbers.shown()]
    return [
        Choice("Map coloured by", colours, coloured),
        *(
            [Choice("Map", links, names[drawing], "How units find their places on the map.")]
            if len(kinds) > 1
            else []
        ),
    ]


def _density_choice(address: Address, others: bool, positive: bool) -> list[Choice]:
    options = [Link("all units", address(positive=None)), Link("positive only", address(positive=True))]
    help = "The paper's text takes units of positive novelty only, its notebooks and figures take all."
    return [Choice("Density of novelty", options, options[positive].text, help)] if others else []
