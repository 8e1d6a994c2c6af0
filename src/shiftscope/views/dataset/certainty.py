"""How sure the answers are, whether rightly, and whether that gives the shift away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from shiftscope.outcomes.outcomes import right_and_wrong
from shiftscope.outcomes.sample_numbers import sample_numbers
from shiftscope.percent import NOTHING, percent
from shiftscope.statistics.auroc import Auroc, auroc
from shiftscope.statistics.calibration import BINS, Calibration, calibration
from shiftscope.statistics.wilson import wilson
from shiftscope.store.formats.samples import Samples
from shiftscope.store.stored_recording import Recording
from shiftscope.views.dataset.shown_dataset import ShownDataset
from shiftscope.views.page.panels import Cell, Chart, Column, Fold, Panel, Table
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.accuracy import answers
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.parts.charts import by_dataset
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import number

MOST_LOGITS = 20_000_000  # of a set, read for a page
PLACES = 5  # of the label among the answers
SIDE = 260


@section(ShownDataset, place=35)
def certainty(dataset: ShownDataset) -> Fold:
    """Of the dataset and of the baseline: top-5 accuracy, calibration, and how well max softmax and energy tell the
    two apart."""
    selection = dataset.selection
    names = list(dict.fromkeys((dataset.name, selection.baseline)))
    found = [Certainty(selection.study[name], selection) for name in names]
    charts: list[Panel] = [_diagram(selection, found)] if any(each.known.any() for each in found) else []
    return Fold("How sure it is", _said(found, selection), [_table(found, selection), *charts], "certainty")


@dataclass(frozen=True, eq=False)
class Certainty:
    """How sure the model is of its answers to one dataset."""

    recording: Recording
    selection: Selection

    @property
    def name(self) -> str:
        return self.recording.name

    @property
    def samples(self) -> Samples:
        return self.recording.samples

    @cached_property
    def known(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """(sample,) whether it is right or wrong."""
        right, wrong = right_and_wrong(self.samples)
        return right | wrong

    @cached_property
    def calibration(self) -> Calibration:
        return _calibrated(self.samples)

    @property
    def confidence(self) -> float:
        """Mean over the answers; NaN without any."""
        given = self.samples.confidences
        return float(np.nanmean(given)) if np.isfinite(given).any() else math.nan

    def among_first(self) -> tuple[int, int]:
        """How many labels are among the first five answers, and of how many."""
        if not _read(self.recording):
            return 0, 0
        ranks = sample_numbers(self.recording).label_rank
        return int(((ranks >= 0) & (ranks < PLACES)).sum()), int((ranks >= 0).sum())

    def by_softmax(self) -> Auroc:
        """How often a sample is answered less surely than one of the baseline."""
        usual = self.selection.study[self.selection.baseline]
        return _told_by_softmax(self.samples, usual.samples)

    def by_energy(self) -> Auroc | None:
        """How often a sample has more energy than one of the baseline; None where logits are not read."""
        usual = self.selection.study[self.selection.baseline]
        if not (_read(self.recording) and _read(usual)):
            return None
        return _told_by_energy(self.recording, usual)


def _read(recording: Recording) -> bool:
    """Whether logits were kept, and are few enough to be read for a page."""
    return recording.keeps_responses and recording.plan.samples * recording.plan.categories <= MOST_LOGITS


@lru_cache(maxsize=64)
def _calibrated(samples: Samples) -> Calibration:
    right, wrong = right_and_wrong(samples)
    known = right | wrong
    return calibration(samples.confidences[known], right[known])


@lru_cache(maxsize=64)
def _told_by_softmax(here: Samples, usual: Samples) -> Auroc:
    return auroc(-here.confidences, -usual.confidences)


@lru_cache(maxsize=64)
def _told_by_energy(here: Recording, usual: Recording) -> Auroc:
    return auroc(sample_numbers(here).energy, sample_numbers(usual).energy)


def _said(found: Sequence[Certainty], selection: Selection) -> str:
    """Its calibration beside the baseline's, and how well the softmax gives the shift away."""
    here, name = found[0], found[0].name
    errors = [each.calibration.error for each in found]
    parts = []
    if math.isfinite(errors[0]):
        usual = (
            f", {percent(errors[1])} in {found[1].name}"
            if len(found) > 1 and math.isfinite(errors[1])
            else ""
        )
        parts.append(f"calibration error {percent(errors[0])}{usual}")
    if name != selection.baseline and math.isfinite(told := here.by_softmax().value):
        parts.append(f"max softmax tells it from {selection.baseline} with AUROC {number(told)}")
    return "; ".join(parts) or f"mean confidence {percent(here.confidence)}"


def _table(found: Sequence[Certainty], selection: Selection) -> Table:
    many = len(selection.study.categories) > PLACES
    baseline = selection.baseline
    told = "1 tells every sample from those of the baseline, 0.5 none. 95 % interval of Newcombe."
    columns = [
        Column("dataset"),
        Column("accuracy", "Of the labelled samples, with the 95 % interval of Wilson.", numeric=True),
    ]
    if many:
        help = f"Share of the labelled samples whose label has one of the {PLACES} largest logits, with its interval."
        columns.append(Column(f"top-{PLACES} accuracy", help, numeric=True, key=f"top_{PLACES}_accuracy"))
    columns += [
        Column(
            "confidence",
            "Mean probability that softmax gives the prediction, its max softmax.",
            numeric=True,
        ),
        Column(
            "calibration error",
            f"Expected calibration error in {BINS} bins of equal width: how far confidence is from accuracy on average "
            "over the labelled samples. Noise alone makes it larger than 0, the more the fewer samples.",
            numeric=True,
            key="ece",
        ),
        Column(
            "AUROC of max softmax",
            f"Probability that a sample is answered less surely than one of {baseline}: {told}",
            numeric=True,
            key="max_softmax_auroc",
        ),
        Column(
            "AUROC of energy",
            f"Probability that a sample has more energy, minus the logarithm of the summed exponentials of its logits, "
            f"than one of {baseline}: {told}",
            numeric=True,
            key="energy_auroc",
        ),
    ]
    unread = [each.name for each in found if not _read(each.recording)]
    note = (
        f"Logits of {in_a_row(unread)} were not kept, or are too many to be read for a page: "
        'study.to_pandas("samples") has the energy of each sample that has any.'
        if unread
        else ""
    )
    return Table("Sure and right", columns, [_row(each, selection, many) for each in found], note=note)


def _row(one: Certainty, selection: Selection, many: bool) -> list[Cell]:
    right, labelled = answers(selection, one.name)
    counts = [(right, labelled), *([one.among_first()] if many else [])]
    shares = [
        share_cell(n / total if total else math.nan, *map(float, wilson(n, total))) for n, total in counts
    ]
    error = one.calibration.error
    told = [None, None] if one.name == selection.baseline else [one.by_softmax(), one.by_energy()]
    return [
        Cell(one.name, selection.dataset(one.name)),
        *shares,
        Cell(percent(one.confidence), value=one.confidence),
        Cell(percent(error), value=error),
        *(
            number_cell(each.value, each.low, each.high) if each else Cell(NOTHING, value=math.nan)
            for each in told
        ),
    ]


def _diagram(selection: Selection, found: Sequence[Certainty]) -> Chart:
    """Accuracy by confidence; on the diagonal answers are right as often as they are said to be."""
    rows = []
    for one in found:
        binned = one.calibration
        low, high = wilson(binned.right, binned.counts)
        rows += [
            {
                "dataset": one.name,
                "confidence": float(binned.confidence[b]),
                "accuracy": float(binned.accuracy[b]),
                "low": float(low[b]),
                "high": float(high[b]),
                "samples": int(binned.counts[b]),
            }
            for b in np.flatnonzero(binned.counts)
        ]
    scale = {"domain": [0, 1]}
    share = {"type": "quantitative", "scale": scale, "axis": {"format": "%"}}
    x = {"field": "confidence", "title": "confidence", **share}
    y = {"field": "accuracy", "title": "accuracy", **share}
    color = by_dataset(selection, [one.name for one in found])
    diagonal = {
        "data": {"values": [{"confidence": end, "accuracy": end} for end in (0, 1)]},
        "mark": {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1, "opacity": 0.6},
        "encoding": {"x": x, "y": y},
    }
    intervals = {
        "mark": {"type": "rule", "opacity": 0.5},
        "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": color},
    }
    points = {
        "mark": {"type": "line", "point": {"size": 50, "filled": True}},
        "encoding": {
            "x": x,
            "y": y,
            "color": color,
            "tooltip": [
                {"field": "dataset"},
                {"field": "confidence", "format": ".1%"},
                {"field": "accuracy", "format": ".1%"},
                {"field": "samples"},
            ],
        },
    }
    return Chart(
        "Calibration",
        {"data": {"values": rows}, "height": SIDE, "width": SIDE, "layer": [diagonal, intervals, points]},
        description="Share of answers that are right by how sure the model says it is, for each dataset.",
        note=f"Labelled samples in {BINS} bins of confidence, each at its mean, with the 95 % interval of Wilson. "
        "Under the dashed line the model is surer than it is right.",
        chart="calibration",
    )
