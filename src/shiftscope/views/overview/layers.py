"""The layers that were recorded."""

from __future__ import annotations

from shiftscope.statistics.quartiles import quartiles
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.number_text import count, number
from shiftscope.views.parts.unit_scores import estimated, title


@section(ShownOverview, place=80)
def layers(overview: ShownOverview) -> Table:
    """What a unit of each is, and the median of the score in force under each shift."""
    selection, score = overview.selection, overview.score
    others = selection.others()
    rows = []
    for name, layer in selection.study.layers.items():
        cells = [
            Cell(name, selection.layer_page(name)),
            Cell(layer.module_type),
            Cell(layer.read_as),
            Cell(count(layer.units), value=layer.units),
        ]
        for dataset in others:
            _, middle, _ = quartiles(estimated(selection, dataset, name)[score.name].value)
            page = selection.layer_page(name, focus=dataset, sort=score.name)
            cells.append(Cell(number(middle), page, value=middle))
        rows.append(cells)
    named = title(score.name)
    columns = [
        Column("layer"),
        Column("module"),
        Column("unit kind", "What one unit is, and how a map or token sequence became one number."),
        Column("units", numeric=True),
        *(
            Column(d, f"Median {named} of the layer's units under {d}. {score.help}", numeric=True)
            for d in others
        ),
    ]
    with_medians = f", with the median {named} of their units under each shift" if others else ""
    return Table(f"Layers recorded{with_medians}", columns, rows)
