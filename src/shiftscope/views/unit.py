"""One unit, and the images that move it most in each dataset."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from shiftscope.scores.score import unit_scores
from shiftscope.store.study_files import StudyFiles
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.histograms import Histograms
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.summaries.top_samples import KEPT
from shiftscope.views.look import Look
from shiftscope.views.numbers import count, number, percent
from shiftscope.views.panels import Cell, Chart, Column, Columns, ImageStrip, Link, Page, Table
from shiftscope.views.pictures import category_name, role, strongest
from shiftscope.views.unit_scores import score_columns, scored
from shiftscope.views.view import view

FEW = 24  # images shown at first
CATEGORIES = 12  # in the profile chart


@view("layers/{layer}/units/{index}")
def unit(
    study: StudyFiles, layer: str, index: int, *, reference: str | None = None, images: int = FEW
) -> Page:
    """One unit: its numbers, what it responds to in each dataset, and how often how strongly."""
    look = Look.at(study, layer, reference)
    units = study.layer(layer).units
    study.layer(layer).check(index)
    images = max(1, min(images, KEPT))
    strips = [_strip(study, look, name, layer, index, images) for name in look.ordered(study)]
    return Page(
        title=f"{layer}, unit {index}",
        trail=[Link(study.name, look.overview()), Link(f"Layer {layer}", look.layer_page(layer))],
        panels=[
            _numbers(study, look, layer, index),
            Columns("Strongest images", strips),
            Columns("", [_profile(study, look, layer, index), _histogram(study, look, layer, index)]),
        ],
        previous=Link(f"unit {index - 1}", look.unit(index - 1, layer)) if index else None,
        next=Link(f"unit {index + 1}", look.unit(index + 1, layer)) if index + 1 < units else None,
        choices=[look.reference_choice(study, f"{look.at_layer(layer)}/units/{index}")],
    )


def _numbers(study: StudyFiles, look: Look, layer: str, index: int) -> Table:
    rows = []
    for name in look.ordered(study):
        recording = study[name]
        moments = recording.summary(layer, Moments)
        scores = scored(recording, study[look.reference], layer) if name != look.reference else {}
        rows.append(
            [
                Cell(name, look.dataset(name)),
                Cell(number(float(recording.summary(layer, Maxima).largest[index]))),
                Cell(number(float(moments.mean()[index]))),
                Cell(percent(float(moments.firing_rate()[index]))),
                *(
                    Cell(number(float(scores[score][index])) if scores else "reference")
                    for score in unit_scores
                ),
            ]
        )
    columns = [
        Column("dataset"),
        Column("maximum", "Largest response to any sample.", numeric=True),
        Column("mean", "Mean response over all samples.", numeric=True),
        Column("fires", "Share of samples with a response above zero.", numeric=True),
        *score_columns(),
    ]
    return Table("Numbers", columns, rows)


def _strip(study: StudyFiles, look: Look, dataset: str, layer: str, index: int, images: int) -> ImageStrip:
    shown = strongest(study, look, study[dataset], layer, index, images)
    more = look.unit(index, layer, images=KEPT)
    return ImageStrip(
        dataset,
        shown,
        role(look, dataset),
        note=f"{len(shown)} strongest of {count(len(study[dataset].samples))}, with their response",
        more=Link(f"up to {KEPT}", more) if images < KEPT and len(shown) == images else None,
        empty="This unit stayed silent on every image.",
    )


def _profile(study: StudyFiles, look: Look, layer: str, index: int) -> Chart:
    """Mean response to each category, in each dataset, over the reference maximum."""
    maximum = float(study[look.reference].summary(layer, Maxima).largest[index])
    means = {name: study[name].summary(layer, CategorySums).means()[:, index] for name in look.ordered(study)}
    strongest_first = np.argsort(
        -np.nan_to_num(np.fmax.reduce(list(means.values())), nan=-np.inf), kind="stable"
    )
    shown = [int(c) for c in strongest_first[:CATEGORIES]]
    scale = maximum if maximum > 0 else 1.0
    alike = Counter(study.categories)  # two categories of one name would share a bar
    names = {c: n if alike[n := category_name(study, c)] == 1 else f"{n} ({c})" for c in shown}
    rows: list[dict[str, Any]] = [
        {
            "dataset": name,
            "category": names[c],
            "mean": float(values[c]) / scale,
            "page": look.category(c),
        }
        for name, values in means.items()
        for c in shown
        if not np.isnan(values[c])
    ]
    measured = "share of the reference maximum" if maximum > 0 else "response"
    spec = {
        "data": {"values": rows},
        "height": 260,
        "mark": {"type": "bar", "cornerRadiusEnd": 1},
        "encoding": {
            "x": {
                "field": "category",
                "type": "nominal",
                "sort": [names[c] for c in shown],
                "axis": {"labelAngle": -35 if len(shown) > 6 else 0, "title": None},
            },
            "xOffset": {"field": "dataset", "sort": look.ordered(study)},
            "y": {"field": "mean", "type": "quantitative", "title": measured},
            "color": _by_dataset(study, look),
            "tooltip": [
                {"field": "category"},
                {"field": "dataset"},
                {"field": "mean", "format": ".3f", "title": f"mean ({measured})"},
            ],
        },
    }
    note = (
        f"The {len(shown)} strongest of {len(study.categories)} categories. "
        if len(shown) < len(study.categories)
        else ""
    )
    return Chart(
        "What it responds to",
        spec,
        description="Mean response of the unit to the samples of each category, for each dataset.",
        note=f"{note}Mean over the samples of each true category; click a bar to see the category.",
    )


def _histogram(study: StudyFiles, look: Look, layer: str, index: int) -> Chart:
    """Share of samples by response, all datasets over the same bins."""
    names = look.ordered(study)
    stored = [study[name].summary(layer, Histograms) for name in names]
    exponent = np.maximum.reduce([h.exponent for h in stored])
    signed = np.logical_or.reduce([h.signed for h in stored])
    alike = [h.widened(exponent, signed) for h in stored]
    edges = alike[0].edges(index)
    used = np.flatnonzero(np.sum([h.counts[:, index] for h in alike], axis=0))
    bins = range(int(used.min()), int(used.max()) + 1) if len(used) else range(1)
    rows = []
    for name, histogram in zip(names, alike, strict=True):
        counts = histogram.counts[:, index]
        for b in bins:
            share = 100 * float(counts[b]) / max(int(counts.sum()), 1)
            rows.append(
                {
                    "dataset": name,
                    "from": edges[b],
                    "to": edges[b + 1],
                    "share": share,
                    "samples": int(counts[b]),
                }
            )
    spec = {
        "data": {"values": rows},
        "height": 260,
        # Both edges of each bin, so that the line steps where the bins meet.
        "transform": [{"fold": ["from", "to"], "as": ["edge", "at"]}],
        "mark": {"type": "area", "line": True, "fillOpacity": 0.12},
        "encoding": {
            "x": {
                "field": "at",
                "type": "quantitative",
                "title": "response",
                "scale": {"zero": False, "nice": False},
            },
            "y": {
                "field": "share",
                "type": "quantitative",
                "stack": None,
                "title": "% of samples (logarithmic above 1 %)",
                "scale": {"type": "symlog", "constant": 0.5},
                "axis": {"values": [0, 1, 3, 10, 30, 100]},
            },
            "color": _by_dataset(study, look),
            "tooltip": [
                {"field": "dataset"},
                {"field": "from", "format": ".3g"},
                {"field": "to", "format": ".3g"},
                {"field": "samples"},
                {"field": "share", "format": ".2f", "title": "% of samples"},
            ],
        },
    }
    return Chart(
        "How strongly, how often",
        spec,
        description="Histogram of the unit's responses for each dataset, as shares of its samples.",
        note=f"{len(bins)} bins of width {number(float(edges[1] - edges[0]))}, the same for all datasets.",
    )


def _by_dataset(study: StudyFiles, look: Look) -> dict[str, Any]:
    return {
        "field": "dataset",
        "type": "nominal",
        "scale": {"domain": look.ordered(study)},
        "legend": {"orient": "top", "title": None},
    }
