"""One unit, and the images that move it most in each dataset."""

from __future__ import annotations

from shiftscope.scores.activation_ratio import activation_ratio
from shiftscope.store.stored_study import StudyFiles
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.views.intervention.intervention import interventions
from shiftscope.views.page.panels import Cell, Choice, Column, Columns, Link, Page, Panel, Table
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.parts.unit_images import FEW, MOST, NAMES, Show, unit_strip
from shiftscope.views.unit.note_form import note_form
from shiftscope.views.unit.score_table import score_table
from shiftscope.views.unit.similar_units import similar_units
from shiftscope.views.unit.unit_histogram import response_histogram
from shiftscope.views.unit.unit_order import UnitOrder, walk_choice
from shiftscope.views.unit.unit_profile import profile_chart
from shiftscope.views.unit.unit_weights import weights_chart

HEADS = {"top": "Strongest images", "bottom": "Weakest images", "random": "Images at random"}


@view("layers/{layer}/units/{index}")
def unit(
    study: StudyFiles,
    layer: str,
    index: int,
    *,
    reference: str | None = None,
    lead: str | None = None,
    show: Show = "top",
    images: int = FEW,
    start: int = 0,
    seed: int = 0,
    sort: str | None = None,
    ascending: bool = False,
    where: str = "",
) -> Page:
    """One unit: its numbers, what it responds to in each dataset, and how often how strongly."""
    selection = Selection.at(study, layer, reference, lead)
    study.layer(layer).check(index)
    images, start, seed = max(1, min(images, MOST)), max(0, start), max(0, seed)
    options: dict[str, str | int | bool | None] = {
        "show": show if show != "top" else None,
        "images": images if images != FEW else None,
        "start": start or None,
        "seed": seed or None,
        "sort": sort,
        "ascending": ascending or None,
        "where": where or None,
    }

    def page(unit: int = index, **changed: str | int | bool | None) -> str:
        return selection.unit(unit, layer, **{**options, **changed})

    walk = UnitOrder.through(selection, layer, index, sort, ascending=ascending, where=where)
    before, after = walk.neighbours(lambda unit: page(unit, start=None))
    strips = [
        unit_strip(
            selection,
            name,
            layer,
            index,
            show=show,
            images=images,
            start=start,
            seed=seed,
            page=lambda images, start: page(images=images, start=start or None),
        )
        for name in selection.ordered()
    ]
    form, written = note_form(study, layer, index, page())
    weights = weights_chart(selection, layer, index)
    panels: list[Panel] = [
        _numbers(selection, layer, index),
        Columns(HEADS[show], strips),
        Columns("", [profile_chart(selection, layer, index), response_histogram(selection, layer, index)]),
        score_table(selection, layer, index),
        *([weights] if weights else []),
        similar_units(selection, layer, index),
        form,
    ]
    choices = [
        *selection.dataset_choices(
            f"{selection.at_layer(layer)}/units/{index}", **{**options, "layer": None}
        ),
        Choice("Images", [Link(NAMES[s], page(show=s, start=None)) for s in NAMES], NAMES[show]),
        walk_choice(lambda sort: page(sort=sort, ascending=None), sort, where),
    ]
    if show != "top":
        draws = [Link(f"{s}", page(seed=s or None)) for s in range(seed, seed + 3)]
        choices.append(Choice("Seed", draws, f"{seed}", "Draws which images come, the same ones each time."))
    return Page(
        title=f"{layer}, unit {index}",
        subtitle=" · ".join(filter(None, [written.label, *sorted(written.tags)])),
        trail=[Link(study.name, selection.overview()), Link(f"Layer {layer}", selection.layer_page(layer))],
        panels=panels,
        previous=before,
        next=after,
        choices=choices,
        related=interventions(selection, layer, [index], "Silence this unit"),
    )


def _numbers(selection: Selection, layer: str, index: int) -> Table:
    against = selection.study[selection.reference].summary(layer, Maxima).largest
    rows = []
    for name in selection.ordered():
        recording = selection.study[name]
        largest, moments = recording.summary(layer, Maxima).largest, recording.summary(layer, Moments)
        rows.append(
            [
                Cell(name, selection.dataset(name)),
                number_cell(float(largest[index])),
                share_cell(float(activation_ratio(largest, against)[index])),
                number_cell(float(moments.mean()[index])),
                share_cell(float(activation_ratio(moments.mean(), against)[index])),
                share_cell(float(moments.firing_rate()[index])),
            ]
        )
    scale = f"over the largest response in {selection.reference}; above 100 % is possible."
    columns = [
        Column("dataset"),
        Column("maximum", "Largest response to any sample.", numeric=True),
        Column("ratio of maxima", f"Largest response to any sample {scale}", numeric=True),
        Column("mean", "Mean response over all samples.", numeric=True),
        Column("mean, normalised", f"Mean response over all samples {scale}", numeric=True),
        Column("fires", "Share of samples with a response above zero.", numeric=True),
    ]
    return Table("Numbers", columns, rows)
