"""A layer's units in a table."""

from __future__ import annotations

from typing import Literal

from shiftscope.arrays import UnitArray
from shiftscope.errors import BadRequest
from shiftscope.scores.score import unit_scores
from shiftscope.store.study_files import StudyFiles
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.views.cells import strip_column
from shiftscope.views.look import Look
from shiftscope.views.numbers import count, number, percent
from shiftscope.views.panels import Cell, Choice, Column, Link, Page, Table
from shiftscope.views.pictures import strongest
from shiftscope.views.unit_scores import ranked, score_columns, scored, title
from shiftscope.views.view import view

ROWS = 50
STRIP = 3


@view("layers/{layer}")
def layer_units(
    study: StudyFiles,
    layer: str,
    *,
    dataset: str | None = None,
    reference: str | None = None,
    sort: str | None = None,
    ascending: bool = False,
    start: int = 0,
) -> Page:
    """All units of a layer under one shift, sorted by any score."""
    look = Look.at(study, layer, reference)
    others = look.others(study)
    against = study[look.reference]
    shifted = study[dataset or others[0]] if others else against
    scores: dict[str, UnitArray] = scored(shifted, against, layer) if others else {}
    compared = [against, shifted] if others else [against]
    maxima = against.summary(layer, Maxima).largest
    rates = [recording.summary(layer, Moments).firing_rate() for recording in compared]
    sortable = {**scores, "maximum": maxima, "fires": rates[0]}
    sort = sort or ("novelty" if scores else "maximum")
    if sort not in sortable:
        raise BadRequest(f"units cannot be sorted by {sort!r}; there are {', '.join(sortable)}.")
    units = study.layer(layer).units
    start = max(0, min(start, units - 1))
    order = ranked(sortable[sort], ascending=ascending)

    def address(**options: str | int | bool | None) -> str:
        now = {"dataset": shifted.name if others else None, "sort": sort, "ascending": ascending or None}
        return look.layer_page(layer, **{**now, **options})

    def column(name: str, described: Column) -> Column:
        turned = sort == name and not ascending
        link = Link(described.name, address(sort=name, ascending=True if turned else None))
        state: Literal["ascending", "descending"] | None
        state = None if sort != name else "ascending" if ascending else "descending"
        return Column(described.name, described.help, numeric=True, sort=link, sorted=state)

    fires = "Share of the samples of {} with a response above zero."
    columns = [
        Column("unit"),
        *(
            column(name, described)
            for name, described in zip(unit_scores, score_columns(), strict=True)
            if scores
        ),
        column("maximum", Column("maximum", f"Largest response to any sample of {against.name}.")),
        column("fires", Column("fires", fires.format(against.name))),
        *(Column("fires, shifted", fires.format(recording.name), numeric=True) for recording in compared[1:]),
        *(strip_column(recording.name) for recording in compared),
    ]
    rows = [
        [
            Cell(f"unit {unit}", look.unit(unit, layer)),
            *(Cell(number(float(values[unit]))) for values in scores.values()),
            Cell(number(float(maxima[unit]))),
            *(Cell(percent(float(rate[unit]))) for rate in rates),
            *(Cell(pictures=tuple(strongest(study, look, r, layer, unit, STRIP))) for r in compared),
        ]
        for unit in map(int, order[start : start + ROWS])
    ]
    described = study.layer(layer)
    note = f"Units {start + 1} to {start + len(rows)} of {count(units)}; undefined ones last."
    shift = f" {shifted.name} compared with {against.name}." if others else ""
    choices = [look.reference_choice(study, look.at_layer(layer), sort=sort)]
    if others:
        shown = [Link(name, address(dataset=name)) for name in others]
        choices.insert(0, Choice("Shifted dataset", shown, shifted.name))
    return Page(
        title=f"Layer {layer}",
        subtitle=f"{described.module_type}, {count(units)} units ({described.read_as}).{shift}",
        trail=[Link(study.name, look.overview())],
        panels=[Table(f"Units by {title(sort)}", columns, rows, note=note)],
        previous=Link("stronger", address(start=max(0, start - ROWS) or None)) if start else None,
        next=Link("weaker", address(start=start + ROWS)) if start + ROWS < units else None,
        choices=choices,
    )
