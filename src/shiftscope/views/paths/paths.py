"""Significant paths of a linear map: how far apart its categories are, how mixed, and what the shift did to both."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from shiftscope.counted import counted
from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.paths.counting.rules import DEFAULT
from shiftscope.explain.paths.measures.frequencies import EPS, Smoothing
from shiftscope.explain.paths.measures.separation import BINS
from shiftscope.explain.paths.path_statistics import Estimated
from shiftscope.explain.paths.paths import ALL, countable, shifts, to_others
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.store.stored_study import StudyFiles
from shiftscope.views.page.panels import (
    Cell,
    Chart,
    Choice,
    Column,
    Columns,
    Fact,
    Facts,
    Link,
    Matrix,
    Message,
    Page,
    Panel,
    Table,
)
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.parts.number_text import count, exact, interval, number, percent
from shiftscope.views.parts.pictures import category_name, role
from shiftscope.views.paths.path_choice import AT, PathChoice
from shiftscope.views.paths.path_order import Order, ordered

TITLE = "Significant paths"
SIDE_BY_SIDE = (
    60  # categories; two larger matrices next to one another would have cells too small to point at
)
BARS = 40  # categories in the chart of shifts

Scale = Literal["own", "same"]


@view(AT, menu="Significant paths")
def paths(
    study: StudyFiles,
    *,
    map: str | None = None,
    rule: str = DEFAULT,
    smoothing: Smoothing = "clip",
    eps: float = EPS,
    order: Order = "given",
    scale: Scale = "own",
    category: int | None = None,
    log: bool = False,
    reference: str | None = None,
    lead: str | None = None,
    layer: str | None = None,
) -> Page:
    """Divergences between categories, their entropies, and how often paths are significant, in each dataset.

    Parameters
    ----------
    order
        Of the categories in the matrices: as given, or near ones beside one another.
    scale
        "same" colours all matrices by one scale.
    category
        Whose path frequencies are drawn; all together where not given.
    log
        Draw numbers of paths on a logarithmic scale.
    """
    selection = Selection.at(study, layer, reference, lead)
    if selection.others():
        selection = selection.led_by(selection.others()[0])
    trail = [Link(study.name, selection.overview())]
    if not study.maps:
        return Page(TITLE, [_no_map()], trail)
    chosen = PathChoice.at(selection, map, rule, smoothing, eps)
    kept: dict[str, str | int | bool | None] = {
        "order": order if order != "given" else None,
        "scale": scale if scale != "own" else None,
        "category": category,
        "log": log or None,
    }
    if category is not None and not 0 <= category <= len(study.categories):
        raise BadRequest(f"category={category}; from 0 to {len(study.categories)}, the last meaning {ALL}.")
    found = chosen.statistics
    choices = [*chosen.choices(AT, kept), *selection.dataset_choices(AT, **{**chosen.options, **kept})]
    subtitle = (
        f"{chosen.linear.name}: {counted(len(chosen.linear.weight), 'output', count)}, "
        f"{counted(chosen.columns, 'path', count)} each. A path is significant where "
        f"{chosen.settings.rule.formula}; {chosen.settings.frequencies.in_words()}."
    )
    if selection.reference not in found:
        return Page(TITLE, [_not_counted(chosen)], trail, choices=choices, subtitle=subtitle)
    against = found[selection.reference]
    followed = selection.lead if selection.lead in found else selection.reference
    shown = list(dict.fromkeys((selection.reference, followed)))
    places = ordered(against.kl[:-1, :-1], order)
    matrices = [_matrix(chosen, name, places) for name in shown]
    if scale == "same":
        largest = max(float(np.nanmax(m.counts[np.isfinite(m.counts)], initial=0)) for m in matrices)
        matrices = [replace(matrix, largest=largest) for matrix in matrices]
    side_by_side = len(study.categories) <= SIDE_BY_SIDE
    panels: list[Panel] = [
        Columns("", [_facts(chosen, name) for name in found]),
        _table(chosen),
        *([Columns("", matrices)] if side_by_side else matrices),
        Columns("", [_frequencies(chosen, category, log), *_bars(chosen, followed)]),
        *_across(chosen, followed, places),
        _categories(chosen, followed),
    ]
    orders = [
        Link("as given", chosen.page(**{**kept, "order": None})),
        Link("by likeness", chosen.page(**{**kept, "order": "likeness"})),
    ]
    scales = [
        Link(name, chosen.page(**{**kept, "scale": s})) for name, s in (("own", None), ("same", "same"))
    ]
    return Page(
        TITLE,
        panels,
        trail,
        choices=[
            *choices,
            Choice("Categories", orders, "as given" if order == "given" else "by likeness"),
            Choice("Colour scales", scales, scale),
            _whose(chosen, category, kept),
            Choice(
                "Paths counted",
                [
                    Link("evenly", chosen.page(**{**kept, "log": None})),
                    Link("log", chosen.page(**{**kept, "log": True})),
                ],
                "log" if log else "evenly",
            ),
        ],
        subtitle=subtitle,
    )


def _no_map() -> Message:
    return Message(
        "No linear map is kept",
        "The model ends in none, or the layer before it was not recorded. Record into a new study with "
        "paths=[...], the names of linear layers or convolutions (shiftscope record --paths).",
    )


def _not_counted(chosen: PathChoice) -> Message:
    try:
        countable(chosen.selection.study, chosen.selection.reference)
    except NotInStudy as error:
        return Message("Paths cannot be counted", str(error))
    return Message("Not counted yet", f"Paths are counted once, then kept in the study: {chosen.command}")


def _estimate(name: str, one: Estimated, help: str, note: str = "") -> Fact:
    return Fact(
        name, number(one.value), help, note="; ".join(filter(None, [interval(one.low, one.high), note]))
    )


def _facts(chosen: PathChoice, name: str) -> Facts:
    found, selection = chosen.statistics[name], chosen.selection
    told = outcomes(selection.study[name].samples, len(selection.study.categories))
    endless = int((found.infinite[:-1, :-1] > 0).sum())
    value = _estimate(
        "mean divergence",
        found.mean_kl,
        "KL between the path statistics of two categories, nats, mean over paths and over ordered pairs of categories. "
        "Larger: the categories use other paths. The interval is of resampled images.",
        note=f"{counted(endless, 'pair', count)} infinite" if endless else "",
    )
    return Facts(
        name,
        [
            value,
            _estimate(
                "sampling floor",
                found.floor,
                "The mean divergence with labels shuffled within the dataset: what so few images give by chance.",
            ),
            _estimate("above the floor", found.excess, "Mean divergence minus sampling floor, nats."),
            _estimate(
                "mean entropy",
                found.mean_entropy,
                "Entropy of a path within a category, nats, mean over paths and categories; at most ln 2 = 0.693. "
                "Larger: the images of a category share fewer paths.",
            ),
            Fact(
                "density",
                percent(float(found.separation.density[-1])),
                "Mean share of images in which a path is significant.",
            ),
            Fact(
                "accuracy",
                percent(told.accuracy),
                "Share of labelled samples predicted right.",
                selection.dataset(name),
            ),
        ],
        role(selection, name),
        selection.dataset(name),
    )


def _table(chosen: PathChoice) -> Table:
    columns = [
        Column("dataset"),
        Column("mean divergence", "Nats; over paths and ordered pairs of categories.", numeric=True),
        Column("sampling floor", "The same with shuffled labels.", numeric=True),
        Column("above the floor", "The difference.", numeric=True),
        Column("mean entropy", "Nats; over paths and categories.", numeric=True),
        Column("entropy, all together", "Nats; of all images as one category.", numeric=True),
        Column("rare paths", "Share of paths significant in less than 5 % of all images.", numeric=True),
        Column("frequent paths", "Share of paths significant in more than 95 % of all images.", numeric=True),
    ]
    rows = []
    for name, found in chosen.statistics.items():
        parts = (found.mean_kl, found.floor, found.excess, found.mean_entropy)
        own = found.separation
        rows.append(
            [
                Cell(name, chosen.selection.dataset(name)),
                *(number_cell(one.value, one.low, one.high) for one in parts),
                number_cell(float(own.entropy[-1])),
                share_cell(float(own.rare[-1])),
                share_cell(float(own.frequent[-1])),
            ]
        )
    lacking = [name for name in chosen.selection.ordered() if name not in chosen.statistics]
    note = f"Not counted: {', '.join(lacking)} (no labels, or {chosen.command})." if lacking else ""
    return Table("Separation and mixture", columns, rows, note=note)


def _matrix(chosen: PathChoice, name: str, places: npt.NDArray[np.intp]) -> Matrix:
    """Divergences with the entropies on the diagonal, as the paper draws them."""
    found = chosen.statistics[name]
    values = found.kl.copy()
    np.fill_diagonal(values, found.separation.entropy)
    rows = np.append(places, len(values) - 1)
    names = chosen.names()
    endless = " Infinite ones have the colour of the largest." if np.isinf(values).any() else ""
    return Matrix(
        f"Divergence in {name}",
        values[np.ix_(rows, rows)],
        [names[row] for row in rows],
        [names[row] for row in rows],
        row_axis="KL of",
        column_axis="from",
        page=chosen.pair("{row}", "{column}", lead=name),
        keys=rows.tolist(),
        role=role(chosen.selection, name),
        note="KL(row || column); on the diagonal the entropy of each category. The last row and column are "
        f"{ALL}.{endless}",
        amounts=True,
        diagonal="entropy",
        measured_in="nats",
    )


def _frequencies(chosen: PathChoice, category: int | None, log: bool) -> Chart:
    """How many paths are significant in what share of the images, datasets over one another."""
    row = len(chosen.selection.study.categories) if category is None else category
    values = [
        {"dataset": name, "from": exact(bin / BINS), "to": exact((bin + 1) / BINS), "paths": int(paths)}
        for name, found in chosen.statistics.items()
        for bin, paths in enumerate(found.separation.histogram[row].tolist())
        if paths or not log
    ]
    scale: dict[str, object] = {"type": "symlog"} if log else {}
    spec = {
        "data": {"values": values},
        "height": 240,
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 1.5},
        "encoding": {
            "x": {
                "field": "from",
                "type": "quantitative",
                "title": "share of images in which a path is significant",
                "scale": {"domain": [0, 1]},
            },
            "y": {"field": "paths", "type": "quantitative", "title": "paths", "scale": scale},
            "color": {
                "field": "dataset",
                "type": "nominal",
                "scale": {"domain": chosen.selection.ordered()},
                "legend": {"orient": "top", "title": None},
            },
        },
    }
    whose = chosen.names()[row]
    return Chart(
        f"How often paths are significant: {whose}",
        spec,
        description=f"Number of paths by the share of images of {whose} in which they are significant.",
        note=f"{BINS} bins from 0 to 1; on the left few images show a path, on the right all do.",
    )


def _bars(chosen: PathChoice, shifted: str) -> list[Panel]:
    """How far each category moved under the shift, beside how far it is from the other categories."""
    if shifted == chosen.selection.reference:
        return []
    against, study = chosen.statistics[chosen.selection.reference], chosen.selection.study
    moved, usual, _ = shifts(chosen.statistics[shifted], against)
    known = np.flatnonzero(np.isfinite(moved[:-1]))
    heading = f"How far each category moved in {shifted}"
    if not len(known):
        return [
            Message(heading, "No category has 20 labelled images in both datasets and a finite divergence.")
        ]
    most = known[np.argsort(-moved[known], kind="stable")][:BARS]
    names = {int(c): category_name(study, int(c)) for c in most}
    values = [
        {
            "category": names[int(c)],
            "what": what,
            "nats": exact(float(numbers[c])),
            "page": chosen.pair(int(c), int(c)),
        }
        for c in most
        for what, numbers in (("moved", moved), ("from other categories", usual))
        if np.isfinite(numbers[c])
    ]
    spec = {
        "data": {"values": values},
        "height": 24 * len(most),
        "mark": {"type": "bar", "cornerRadiusEnd": 1},
        "encoding": {
            "y": {
                "field": "category",
                "type": "nominal",
                "sort": [names[int(c)] for c in most],
                "title": None,
            },
            "yOffset": {"field": "what", "sort": ["moved", "from other categories"]},
            "x": {"field": "nats", "type": "quantitative", "title": "divergence (nats)"},
            "color": {
                "field": "what",
                "type": "nominal",
                "sort": ["from other categories", "moved"],
                "legend": {"orient": "top", "title": None},
            },
            "tooltip": [{"field": "category"}, {"field": "what"}, {"field": "nats", "format": ".3g"}],
        },
    }
    which = f"The {BARS} that moved most of {count(len(known))}. " if len(known) > BARS else ""
    return [
        Chart(
            heading,
            spec,
            description=f"KL from the reference to {shifted} for each category, beside its KL from other categories.",
            note=f"{which}KL({chosen.selection.reference} || {shifted}) of a category, beside its mean KL from the other "
            f"categories in {chosen.selection.reference}. Categories with fewer than 20 images on either side are left out.",
        )
    ]


def _across(chosen: PathChoice, shifted: str, places: npt.NDArray[np.intp]) -> list[Panel]:
    """Every category of the reference against every category under the shift."""
    crossed = chosen.statistics[shifted].from_reference
    if crossed is None:
        return []
    rows, names = np.append(places, len(crossed) - 1), chosen.names()
    named = [names[row] for row in rows]
    return [
        Matrix(
            f"From {chosen.selection.reference} to {shifted}",
            crossed[np.ix_(rows, rows)],
            named,
            named,
            row_axis=f"{chosen.selection.reference}:",
            column_axis=f"{shifted}:",
            page="",
            note=f"KL(row || column), rows in {chosen.selection.reference}, columns in {shifted}; on the diagonal how far "
            "each category moved. Where it is as dark as the rest, categories moved as far as they were apart.",
            amounts=True,
            measured_in="nats",
        )
    ]


def _categories(chosen: PathChoice, shifted: str) -> Table:
    study, selection = chosen.selection.study, chosen.selection
    against, here = chosen.statistics[selection.reference], chosen.statistics[shifted]
    both = shifted != selection.reference
    apart, apart_here = to_others(against), to_others(here)
    moved = shifts(here, against)[0] if both else None
    columns = [
        Column("category"),
        Column(f"entropy, {selection.reference}", "Nats, mean over paths.", numeric=True),
        *([Column(f"entropy, {shifted}", "Nats, mean over paths.", numeric=True)] if both else []),
        Column(f"from others, {selection.reference}", "Mean KL to the other categories, nats.", numeric=True),
        *(
            [Column(f"from others, {shifted}", "Mean KL to the other categories, nats.", numeric=True)]
            if both
            else []
        ),
        *(
            [Column("moved", f"KL({selection.reference} || {shifted}) of the category, nats.", numeric=True)]
            if moved is not None
            else []
        ),
        Column(
            "nearest",
            f"The category with the smallest KL from this one in {selection.reference}.",
            numeric=False,
        ),
        Column("its KL", "From this category to the nearest, nats.", numeric=True),
    ]
    rows = []
    for category in range(len(study.categories)):
        pairs = against.kl[category, :-1].copy()
        pairs[category] = np.nan
        nearest = int(np.nanargmin(pairs)) if np.isfinite(pairs).any() else None
        rows.append(
            [
                Cell(category_name(study, category), selection.category(category)),
                number_cell(float(against.separation.entropy[category])),
                *([number_cell(float(here.separation.entropy[category]))] if both else []),
                number_cell(float(apart[category])),
                *([number_cell(float(apart_here[category]))] if both else []),
                *([number_cell(float(moved[category]))] if moved is not None else []),
                *(
                    [
                        Cell(
                            category_name(study, nearest),
                            chosen.pair(category, nearest, lead=selection.reference),
                        ),
                        number_cell(float(pairs[nearest])),
                    ]
                    if nearest is not None
                    else [Cell("–"), Cell()]
                ),
            ]
        )
    return Table("Categories", columns, rows)


def _whose(chosen: PathChoice, category: int | None, kept: dict[str, str | int | bool | None]) -> Choice:
    """Whose frequencies the chart shows; of many categories the first ones, the others by the address."""
    names = chosen.names()
    last = len(names) - 1
    offered = [last, *range(min(last, 30))]
    if category is not None and category not in offered:
        offered.append(category)
    links = [
        Link(names[one], chosen.page(**{**kept, "category": None if one == last else one})) for one in offered
    ]
    return Choice("Frequencies of", links, names[last if category is None else category])
