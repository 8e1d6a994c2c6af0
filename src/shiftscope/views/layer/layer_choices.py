"""The menus of a layer's page."""

from __future__ import annotations

from shiftscope.views.layer.drawings import NAMES, drawings
from shiftscope.views.layer.shown_layer import ROWS, ShownLayer
from shiftscope.views.layer.unit_table import MOST_WITH_PICTURES
from shiftscope.views.page.panels import Choice, Link
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.sets_choice import sets_choice
from shiftscope.views.parts.units.unit_scores import title


def layer_choices(layer: ShownLayer) -> list[Choice]:
    """Of focus and baseline, of the table, of the scatter, of the map, of the densities."""
    return [
        *layer.selection.two_set_choices(layer.at.path, **layer.at.asked()),
        Choice(
            "Columns",
            [Link(columns, layer.at(columns=columns)) for columns in ("few", "all")],
            "all" if layer.every else "few",
            "Every number of a unit, or those asked for most.",
        ),
        *_rows(layer),
        *sets_choice(layer.selection, layer.at),
        *_scatter(layer),
        *_map(layer),
        *_density(layer),
    ]


def _rows(layer: ShownLayer) -> list[Choice]:
    fewer = [number for number, before in zip(ROWS, (0, *ROWS), strict=False) if before < layer.passed]
    links = [Link(count(number), layer.at(rows=number)) for number in fewer]
    help = f"Units in the table; it has pictures up to {MOST_WITH_PICTURES}."
    return [Choice("Rows", links, count(layer.rows), help)] if len(links) > 1 else []


def _scatter(layer: ShownLayer) -> list[Choice]:
    shown = layer.numbers.shown()
    return [
        Choice(
            "Scatter across",
            [Link(m.title, layer.at(x=m.name)) for m in shown],
            layer.across.title,
            "What the scatter shows from left to right.",
            further=True,
        ),
        Choice(
            "Scatter up",
            [Link(m.title, layer.at(y=m.name)) for m in shown],
            layer.up.title,
            "What the scatter shows from bottom to top.",
            further=True,
        ),
    ]


def _map(layer: ShownLayer) -> list[Choice]:
    colours = [Link(m.title, layer.at(colour=m.name)) for m in layer.numbers.shown()]
    kinds = [Link(NAMES[kind], layer.at(drawing=kind)) for kind in drawings(layer.numbers.units)]
    how = Choice("Map", kinds, NAMES[layer.drawing], "How units find their places on the map.", further=True)
    return [
        Choice("Map coloured by", colours, layer.coloured.title, further=True),
        *([how] if len(kinds) > 1 else []),
    ]


def _density(layer: ShownLayer) -> list[Choice]:
    if not layer.selection.others():
        return []
    options = [
        Link("all units", layer.at(positive=False)),
        Link("positive only", layer.at(positive=True)),
    ]
    help = "The paper's text takes units of positive novelty only, its notebooks and figures take all."
    named = f"Density of {title('novelty')}"
    return [Choice(named, options, options[layer.positive].text, help, further=True)]
