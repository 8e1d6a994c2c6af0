"""The pages of a report that say how its numbers were computed, and what they were computed from."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from shiftscope.percent import whole_percent
from shiftscope.scores.estimation.estimate import FLAT_FROM
from shiftscope.scores.estimation.estimate_units import LEVEL, NORMAL_FROM, RESAMPLES, SEED
from shiftscope.scores.estimation.resampled_dataset import SPLITS
from shiftscope.scores.score import unit_scores
from shiftscope.views.page.panels import Cell, Column, Link, Message, Page, Panel, Table
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.pictures import role

# What scores and pages are computed from; docs/evidence/tested.md has the tests of each.
NOTATION = (
    (
        "a[i, n]",
        "response",
        "Stored response of unit n to sample i, after the layer's nonlinearity and pooling.",
    ),
    ("R, S", "datasets", "R is the reference, in distribution; S is any shifted dataset."),
    ("M[n]", "maximum", "max over i of a[i, n]: the largest response of unit n to any sample of a dataset."),
    ("mean", "mean response", "sum over i of a[i, n] / number of samples."),
    ("fires", "rate", "Share of the samples with a[i, n] > 0."),
    (
        "m[c, n]",
        "category mean",
        "Mean of a[i, n] over the samples whose true label is c; none without samples.",
    ),
    ("p[c, n]", "profile", "m[c, n] / M[n] of the reference, so that units of different scales compare."),
    ("accuracy", "of a dataset", "Samples whose largest logit is that of their label / labelled samples."),
    ("accuracy", "of a category", "The same among the samples with this label."),
    ("a → b", "confusion", "Samples labelled a and predicted b; its share is of the samples labelled a."),
    ("growth", "of a confusion", "Its share in S minus its share in R."),
    ("points", "difference", "Of two shares, in percentage points."),
    ("probability", "of a category", "exp(z[c] - max z) / sum over k of exp(z[k] - max z) of the logits z."),
)


def methods(selection: Selection) -> Page:
    """Every score with its formula in words, what it is measured in and where it is from; then what they rest on."""
    scores = [
        [
            Cell(name.replace("_", " ")),
            Cell(score.help),
            Cell(score.measured_in),
            Cell(_source(score.compute)),
        ]
        for name, score in unit_scores.items()
    ]
    columns = [Column("score"), Column("how it is computed"), Column("measured in"), Column("source")]
    panels: list[Panel] = [
        Table("Scores of a unit", columns, scores),
        Table(
            "What they are computed from",
            [Column("symbol"), Column("name"), Column("formula")],
            [[Cell(text) for text in row] for row in NOTATION],
        ),
        Message(
            "Intervals and tests",
            f"The interval under a score holds {whole_percent(LEVEL)} of {RESAMPLES} bootstrap resamples of the "
            f"samples, drawn within each label, both datasets independently, seed {SEED}; that of a score of single "
            f"samples, where every set has {NORMAL_FROM:,} and more, is the normal one that infinitely many resamples "
            "have. q is the p-value of a score after Benjamini and Hochberg (1995), over the units of one layer, "
            "dataset and score. The interval of a share "
            "is Wilson's (1927), that of a difference of shares Newcombe's (1998), both at 95 %. The floor of a rank "
            "score is its value for two sets of the sizes compared that differ by sampling alone, from the rank "
            f"correlation between {SPLITS} pairs of random halves of the reference (Spearman and Brown, 1910); the "
            "interval is corrected for it. A unit is flat where a one-way F test over the categories of the reference "
            f"has a p of {FLAT_FROM} and more.",
        ),
        Message(
            "How to read them",
            "A larger score means more of what its name says. 0 was measured and found to be 0; “–” means that "
            "there was nothing to measure. Samples that could not be read are in no number but the count of the "
            "skipped. A median of a score is over the units that have one.",
        ),
    ]
    return Page("Methods", panels, trail=[Link(selection.study.name, selection.overview())])


def provenance(selection: Selection, chosen: Mapping[str, Any]) -> Page:
    """Model, layers, datasets and versions, as the study records them; and what was put into the report.

    Parameters
    ----------
    chosen
        What the report was asked to hold, by name.
    """
    study, manifest = selection.study, selection.study.manifest
    model = [(f"model: {key}", value) for key, value in manifest.model.items()]
    inputs = [(f"inputs: {key}", value) for key, value in manifest.inputs.items()]
    head = f"linear, from {' and '.join(study.heads)}" if study.heads else "none recorded"
    made = [(f"recorded with {name}", text) for name, text in manifest.versions.items()]
    facts = [*model, ("head", head), ("categories", len(study.categories)), *inputs, *made]
    panels: list[Panel] = [
        _list("Model and software", facts),
        _layers(selection),
        _datasets(selection),
        _list("This report", [("written with shiftscope", version("shiftscope")), *chosen.items()]),
    ]
    return Page("Provenance", panels, trail=[Link(study.name, selection.overview())])


def _layers(selection: Selection) -> Table:
    rows = [
        [
            Cell(name, selection.layer_page(name)),
            Cell(layer.module_type),
            Cell(layer.read_as),
            Cell(count(layer.units)),
            Cell(_text(layer.shape)),
        ]
        for name, layer in selection.study.layers.items()
    ]
    names = ("layer", "module", "unit kind")
    columns = [*map(Column, names), Column("units", numeric=True), Column("output of one sample")]
    return Table("Layers", columns, rows)


def _datasets(selection: Selection) -> Table:
    rows = []
    for name in selection.ordered():
        recording = selection.study[name]
        plan = recording.plan
        types = {recording.stored_type(layer) for layer in recording.layers}
        source = "; ".join(f"{key.replace('_', ' ')}: {_text(value)}" for key, value in plan.source.items())
        rows.append(
            [
                Cell(name, selection.dataset(name)),
                Cell(role(selection, name)),
                Cell(count(len(recording.samples))),
                Cell(count(recording.samples.skipped)),
                Cell(" and ".join(sorted(types)) if recording.keeps_responses else "summaries only"),
                Cell("probabilities" if plan.probabilities else "logits"),
                Cell(source),
                Cell(plan.fingerprint),
            ]
        )
    columns = [
        Column("dataset"),
        Column("role"),
        Column("samples", numeric=True),
        Column("skipped", "Samples that could not be read.", numeric=True),
        Column("responses", "Type of the stored responses."),
        Column("outputs", "What the model's outputs are."),
        Column("source"),
        Column("fingerprint", "Digest of the samples, their labels and their preprocessing."),
    ]
    return Table("Datasets", columns, rows)


def _list(title: str, facts: list[tuple[str, Any]]) -> Table:
    rows = [[Cell(name.replace("_", " ")), Cell(_text(value))] for name, value in facts]
    return Table(title, [Column("what"), Column("value")], rows)


def _text(value: Any) -> str:
    """A value from a manifest as a person writes it."""
    if value is None:
        return "none"
    if isinstance(value, list | tuple) and all(isinstance(one, int) for one in value):
        return " × ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _source(compute: Any) -> str:
    """The references in a function's docstring; empty without any."""
    _, found, text = (inspect.getdoc(compute) or "").partition("References\n----------\n")
    return " ".join(text.split("\n\n")[0].split()) if found else ""
