"""The first page: what the shift did, in one look."""

from __future__ import annotations

import numpy as np

from shiftscope.scores.outcomes import outcomes
from shiftscope.scores.score import unit_scores
from shiftscope.scores.shares import share_of_row
from shiftscope.store.study_files import StudyFiles
from shiftscope.views.cells import share_cell, strip_column
from shiftscope.views.look import Look
from shiftscope.views.numbers import count, number, percent, points
from shiftscope.views.panels import Cell, Chart, Column, Columns, Fact, Facts, Message, Page, Panel, Table
from shiftscope.views.pictures import category_name, role, strongest
from shiftscope.views.unit_scores import median, score_columns, scored, title
from shiftscope.views.view import view

MOST_SHIFTED = 10
CONFUSIONS = 10
STRIP = 4


@view("")
def overview(study: StudyFiles, *, layer: str | None = None, reference: str | None = None) -> Page:
    """Datasets with their accuracy, the units that changed most, the confusions that grew most."""
    if not study.datasets:
        return Page(study.name, [Message("Nothing is recorded yet", _how_to_begin(study))])
    look = Look.at(study, layer, reference)
    panels: list[Panel] = [Columns("", [_dataset_card(study, look, name) for name in look.ordered(study)])]
    if look.others(study):
        panels.append(Columns("", [_scatter(study, look), _grown_confusions(study, look)]))
        panels.append(_most_shifted(study, look))
    panels.append(_layers(study, look))
    panels.append(_categories(study, look))
    model = study.manifest.model
    unfinished = study.unfinished()
    started = f" Not finished: {', '.join(unfinished)}; record again to go on." if unfinished else ""
    return Page(
        title=study.name,
        subtitle=f"{str(model['class']).removeprefix('__main__.')}, {count(model['parameters'])} parameters.{started}",
        panels=panels,
        choices=look.choices(study, ""),
    )


def _how_to_begin(study: StudyFiles) -> str:
    begun = (
        f" {', '.join(study.unfinished())}: begun; the same command goes on." if study.unfinished() else ""
    )
    return f"Show a dataset to the model: study.record(...) in Python, or `shiftscope record {study.path}`.{begun}"


def _dataset_card(study: StudyFiles, look: Look, name: str) -> Facts:
    recording, before = study[name], study[look.reference]
    here, there = (outcomes(r.samples, len(study.categories)) for r in (recording, before))
    change = "" if name == look.reference else points(here.accuracy - there.accuracy)
    unlabelled = len(recording.samples) - here.labelled - recording.samples.skipped
    facts = [
        Fact(
            "accuracy",
            percent(here.accuracy),
            "Share of labelled samples whose largest logit is that of their label.",
            look.dataset(name),
            note=change or "reference",
        ),
        Fact(
            "samples",
            count(len(recording.samples)),
            "Samples recorded.",
            look.dataset(name),
            note=", ".join(
                f"{count(n)} {what}"
                for n, what in ((unlabelled, "unlabelled"), (recording.samples.skipped, "skipped"))
                if n
            ),
        ),
        Fact(
            "wrong",
            count(here.labelled - here.right),
            "Labelled samples predicted as another category.",
            look.dataset(name, show="wrong"),
        ),
    ]
    if name != look.reference:
        facts += [_score_fact(study, look, name, score) for score in unit_scores]
    return Facts(name, facts, role(look, name), look.dataset(name))


def _score_fact(study: StudyFiles, look: Look, dataset: str, score: str) -> Fact:
    values = scored(study[dataset], study[look.reference], look.layer)[score]
    undefined = int(np.isnan(values).sum())
    return Fact(
        f"median {title(score)}",
        number(median(values)),
        f"Median over the units of {look.layer}. {unit_scores[score].help}",
        look.layer_page(dataset=dataset, sort=score),
        note=f"{undefined} of {len(values)} undefined" if undefined else "",
    )


def _scatter(study: StudyFiles, look: Look) -> Chart:
    rows = []
    for name in look.others(study):
        scores = scored(study[name], study[look.reference], look.layer)
        rows += [
            {"dataset": name, "unit": unit, "novelty": x, "spurious": y, "page": look.unit(unit)}
            for unit, (x, y) in enumerate(
                zip(scores["novelty"].tolist(), scores["spurious"].tolist(), strict=True)
            )
            if x == x and y == y
        ]
    spec = {
        "data": {"values": rows},
        "height": 300,
        "mark": {"type": "point", "filled": True, "size": 45 if len(rows) < 600 else 16, "opacity": 0.7},
        "encoding": {
            "x": {
                "field": "novelty",
                "type": "quantitative",
                "title": "novelty (share of the reference maximum)",
            },
            "y": {"field": "spurious", "type": "quantitative", "title": "spurious (1 − |rank correlation|)"},
            "color": {
                "field": "dataset",
                "type": "nominal",
                "scale": {"domain": look.ordered(study)},
                "legend": {"values": look.others(study), "orient": "top", "title": None},
            },
            "tooltip": [
                {"field": "unit", "title": "unit"},
                {"field": "dataset", "title": "dataset"},
                {"field": "novelty", "format": ".3f"},
                {"field": "spurious", "format": ".3f"},
            ],
        },
    }
    return Chart(
        f"Units of {look.layer} under each shift",
        spec,
        description=f"One point for each unit of {look.layer} and shifted dataset, by novelty and spuriousness.",
        note="To the right: the shift took the unit's strongest response away. Up: it reordered the categories the "
        "unit responds to. Click a point to see the unit.",
    )


def _grown_confusions(study: StudyFiles, look: Look) -> Table:
    size = len(study.categories)
    before = outcomes(study[look.reference].samples, size).confusions
    usual = share_of_row(before)
    found = []
    for name in look.others(study):
        counts = outcomes(study[name].samples, size).confusions
        share = share_of_row(counts)
        growth = np.where(np.eye(size, dtype=bool), 0, np.nan_to_num(share - usual))
        for flat in np.argsort(-growth, axis=None, kind="stable")[:CONFUSIONS]:
            actual, predicted = divmod(int(flat), size)
            if growth[actual, predicted] > 0:
                found.append((float(growth[actual, predicted]), name, actual, predicted, counts, share))
    found.sort(key=lambda row: -row[0])
    rows = [
        [
            Cell(f"{category_name(study, a)} → {category_name(study, b)}", look.confusion(a, b)),
            Cell(name, look.dataset(name)),
            Cell(count(int(counts[a, b])), look.confusion(a, b)),
            share_cell(float(share[a, b])),
            Cell(percent(float(usual[a, b]))),
        ]
        for _, name, a, b, counts, share in found[:CONFUSIONS]
    ]
    columns = [
        Column(
            "label → prediction",
            "Confusions by how much their share grew from the reference; labels that a set lacks are left out.",
        ),
        Column("dataset"),
        Column("samples", "Samples with this label and this prediction.", numeric=True),
        Column(
            "share",
            "Of the samples with this label in this dataset, those with this prediction.",
            numeric=True,
        ),
        Column("was", f"The same share in {look.reference}.", numeric=True),
    ]
    return Table(
        "Confusions that grew most",
        columns,
        rows,
        empty="No confusion is more frequent than in the reference.",
    )


def _most_shifted(study: StudyFiles, look: Look) -> Table:
    """Units of largest novelty under any shift, with what moves them here and there."""
    reference = study[look.reference]
    pairs = [
        (float(novelty), name, unit)
        for name in look.others(study)
        for unit, novelty in enumerate(scored(study[name], reference, look.layer)["novelty"])
        if not np.isnan(novelty)
    ]
    pairs.sort(key=lambda pair: -pair[0])
    rows = []
    for _, name, unit in pairs[:MOST_SHIFTED]:
        scores = scored(study[name], reference, look.layer)
        rows.append(
            [
                Cell(f"unit {unit}", look.unit(unit)),
                Cell(name, look.dataset(name)),
                *(Cell(number(float(scores[score][unit]))) for score in unit_scores),
                Cell(pictures=tuple(strongest(study, look, reference, look.layer, unit, STRIP))),
                Cell(pictures=tuple(strongest(study, look, study[name], look.layer, unit, STRIP))),
            ]
        )
    columns = [
        Column("unit", "Units by their novelty under any shift, largest first."),
        Column("dataset"),
        *score_columns(),
        strip_column(look.reference),
        strip_column("the shifted set"),
    ]
    return Table(f"Most shifted units of {look.layer}", columns, rows)


def _layers(study: StudyFiles, look: Look) -> Table:
    others = look.others(study)
    rows = []
    for name, layer in study.layers.items():
        cells = [
            Cell(name, look.layer_page(name)),
            Cell(layer.module_type),
            Cell(layer.read_as),
            Cell(count(layer.units)),
        ]
        for dataset in others:
            values = scored(study[dataset], study[look.reference], name)["novelty"]
            cells.append(Cell(number(median(values)), look.layer_page(name, dataset=dataset)))
        rows.append(cells)
    columns = [
        Column("layer"),
        Column("module"),
        Column("unit kind", "What one unit is, and how a map or token sequence became one number."),
        Column("units", numeric=True),
        *(Column(d, f"Median novelty of the layer's units under {d}.", numeric=True) for d in others),
    ]
    return Table("Layers recorded, with the median novelty of their units under each shift", columns, rows)


def _categories(study: StudyFiles, look: Look) -> Table:
    names = look.ordered(study)
    recalls = np.stack([outcomes(study[name].samples, len(study.categories)).recall() for name in names])
    lost = recalls[0] - np.fmin.reduce(recalls, axis=0)
    order = np.argsort(-np.nan_to_num(lost, nan=-1), kind="stable")[:50]
    rows = [
        [
            Cell(category_name(study, c), look.category(c)),
            *(share_cell(float(recalls[d, c])) for d in range(len(names))),
        ]
        for c in map(int, order)
    ]
    columns = [
        Column("category", "Categories that lost most first."),
        *(
            Column(name, f"Share of the category's samples in {name} predicted right.", numeric=True)
            for name in names
        ),
    ]
    shown = (
        f"The {len(rows)} that lost most of {len(study.categories)}."
        if len(rows) < len(study.categories)
        else ""
    )
    return Table("Accuracy by category", columns, rows, note=shown)
