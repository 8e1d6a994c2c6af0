"""Confusions that a shift made more frequent."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shiftscope.scores.newcombe import newcombe
from shiftscope.scores.outcomes import outcomes
from shiftscope.scores.wilson import wilson
from shiftscope.views.cells import share_cell
from shiftscope.views.look import Look
from shiftscope.views.numbers import count, points, points_interval
from shiftscope.views.panels import Cell, Column, Table
from shiftscope.views.pictures import category_name


@dataclass(frozen=True)
class Grown:
    """A confusion that is a larger share of its label's samples than in the reference."""

    dataset: str
    actual: int
    predicted: int
    answers: tuple[int, int]  # how many of how many with this label, here
    usual: tuple[int, int]  # and in the reference

    @property
    def share(self) -> float:
        return self.answers[0] / self.answers[1]

    @property
    def usual_share(self) -> float:
        return self.usual[0] / self.usual[1]

    @property
    def growth(self) -> float:
        return self.share - self.usual_share


def grown(look: Look, dataset: str, most: int) -> list[Grown]:
    """Confusions of one dataset whose share grew, most first; labels that either set lacks are left out."""
    size = len(look.study.categories)
    here, there = (outcomes(look.study[name].samples, size).confusions for name in (dataset, look.reference))
    totals, usual_totals = here.sum(axis=1), there.sum(axis=1)
    actual, predicted = np.nonzero(here)  # what never happens has not grown
    known = (actual != predicted) & (usual_totals[actual] > 0)
    actual, predicted = actual[known], predicted[known]
    counts, before = here[actual, predicted], there[actual, predicted]
    growth = counts / totals[actual] - before / usual_totals[actual]
    order = np.argsort(-growth, kind="stable")[:most]
    return [
        Grown(
            dataset,
            int(actual[i]),
            int(predicted[i]),
            (int(counts[i]), int(totals[actual[i]])),
            (int(before[i]), int(usual_totals[actual[i]])),
        )
        for i in order
        if growth[i] > 0
    ]


def grown_confusions(look: Look, shifts: Sequence[str], most: int) -> Table:
    """The confusions that grew most under any of the shifts."""
    found = heapq.nlargest(
        most, (one for name in shifts for one in grown(look, name, most)), key=lambda one: one.growth
    )
    rows = [
        [
            Cell(
                f"{category_name(look.study, one.actual)} → {category_name(look.study, one.predicted)}",
                look.confusion(one.actual, one.predicted),
            ),
            Cell(one.dataset, look.dataset(one.dataset)),
            Cell(count(one.answers[0]), look.confusion(one.actual, one.predicted), value=one.answers[0]),
            share_cell(one.share, *map(float, wilson(*one.answers))),
            share_cell(one.usual_share, *map(float, wilson(*one.usual))),
            _growth(one),
        ]
        for one in found
    ]
    interval = "behind it the 95 % interval of"
    columns = [
        Column(
            "label → prediction",
            "Confusions by how much their share grew from the reference; labels that a set lacks are left out.",
        ),
        Column("dataset"),
        Column("samples", "Samples with this label and this prediction.", numeric=True),
        Column(
            "share",
            f"Of the samples with this label in this dataset, those with this prediction; {interval} Wilson.",
            numeric=True,
        ),
        Column("was", f"The same share in {look.reference}.", numeric=True),
        Column(
            "growth",
            f"The one share minus the other, in percentage points; {interval} Newcombe.",
            numeric=True,
        ),
    ]
    return Table(
        "Confusions that grew most",
        columns,
        rows,
        empty="No confusion is more frequent than in the reference.",
    )


def _growth(one: Grown) -> Cell:
    growth, low, high = map(float, newcombe(*one.answers, *one.usual))
    return Cell(points(growth), note=points_interval(low, high), value=growth)
