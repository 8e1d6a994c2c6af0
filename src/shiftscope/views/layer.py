"""A layer's units in a table."""

from __future__ import annotations

from typing import Literal

from shiftscope.errors import BadRequest
from shiftscope.scores.score import unit_scores
from shiftscope.store.study_files import StudyFiles
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.views.look import Look
from shiftscope.views.numbers import count, number, percent
from shiftscope.views.panels import Cell, Choice, Column, Link, Page, Table
from shiftscope.views.pictures import strongest
from shiftscope.views.unit_scores import ranked, score_columns, scored, title
from shiftscope.views.view import view

ROWS = 50


@view("layers/{layer}")
def layer_units(
    study: StudyFiles,
    layer: str,
    *,
    dataset: str | None = None,
    reference: str | None = None,
    sort: str = "novelty",
    ascending: bool = False,
    start: int = 0,
) -> Page:
    """All units of a layer under one shift, sorted by any score."""
    look = Look.at(study, layer, reference)
    others = look.others(study)
    if not others:
        raise BadRequest(
            "units are compared between datasets, and there is one only. Record a shifted dataset."
        )
    shifted, against = study[dataset or others[0]], study[look.reference]
    scores = scored(shifted, against, layer)
    maxima, moments = against.summary(layer, Maxima), against.summary(layer, Moments)
    rates, shifted_rates = moments.firing_rate(), shifted.summary(layer, Moments).firing_rate()
    sortable = {**scores, "maximum": maxima.largest, "fires": rates}
    if sort not in sortable:
        raise BadRequest(f"units cannot be sorted by {sort!r}; there are {', '.join(sortable)}.")
    units = study.layer(layer).units
    start = max(0, min(start, units - 1))
    order = ranked(sortable[sort], ascending=ascending)

    def address(**options: str | int | bool | None) -> str:
        now = {"dataset": shifted.name, "sort": sort, "ascending": ascending or None}
        return look.layer_page(layer, **{**now, **options})

    def column(name: str, described: Column) -> Column:
        turned = sort == name and not ascending
        link = Link(described.name, address(sort=name, ascending=True if turned else None))
        state: Literal["ascending", "descending"] | None
        state = None if sort != name else "ascending" if ascending else "descending"
        return Column(described.name, described.help, numeric=True, sort=link, sorted=state)

    columns = [
        Column("unit"),
        *(column(name, described) for name, described in zip(unit_scores, score_columns(), strict=True)),
        column(
            "maximum",
            Column("maximum", f"Largest response to any sample of {against.name}."),
        ),
        column(
            "fires", Column("fires", f"Share of the samples of {against.name} with a response above zero.")
        ),
        Column(
            "fires, shifted",
            f"Share of the samples of {shifted.name} with a response above zero.",
            numeric=True,
        ),
        Column(f"strongest in {against.name}", "Samples with the largest responses, strongest first."),
        Column(f"strongest in {shifted.name}", "Samples with the largest responses, strongest first."),
    ]
    rows = [
        [
            Cell(f"unit {unit}", look.unit(unit, layer)),
            *(Cell(number(float(scores[name][unit]))) for name in unit_scores),
            Cell(number(float(maxima.largest[unit]))),
            Cell(percent(float(rates[unit]))),
            Cell(percent(float(shifted_rates[unit]))),
            Cell(pictures=tuple(strongest(study, look, against, layer, unit, 4))),
            Cell(pictures=tuple(strongest(study, look, shifted, layer, unit, 4))),
        ]
        for unit in map(int, order[start : start + ROWS])
    ]
    described = study.layer(layer)
    return Page(
        title=f"Layer {layer}",
        subtitle=f"{described.module_type}, {count(units)} units ({described.kind}), {described.pool} pooling. "
        f"{shifted.name} compared with {against.name}.",
        trail=[Link(study.name, look.overview())],
        panels=[
            Table(
                f"Units by {title(sort)}",
                columns,
                rows,
                note=f"Units {start + 1} to {start + len(rows)} of {count(units)}; undefined ones last.",
            )
        ],
        previous=Link("stronger", address(start=max(0, start - ROWS) or None)) if start else None,
        next=Link("weaker", address(start=start + ROWS)) if start + ROWS < units else None,
        choices=[
            Choice("Shifted dataset", [Link(name, address(dataset=name)) for name in others], shifted.name),
            look.reference_choice(study, look.at_layer(layer)),
        ],
    )
