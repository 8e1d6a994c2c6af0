"""Accuracy as a fact of a page: with its interval, and how it differs from the baseline."""

from __future__ import annotations

import math
from functools import lru_cache

from shiftscope.outcomes.outcomes import outcomes
from shiftscope.percent import percent
from shiftscope.statistics.newcombe import newcombe
from shiftscope.statistics.wilson import wilson
from shiftscope.store.formats.samples import Samples
from shiftscope.views.page.panels import Fact
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import points, points_interval, share_interval


def answers(selection: Selection, dataset: str) -> tuple[int, int]:
    """How many labelled samples were classified right, and how many there are."""
    return _answers(selection.study[dataset].samples, len(selection.study.categories))


@lru_cache(maxsize=512)
def _answers(samples: Samples, categories: int) -> tuple[int, int]:
    """Added up once: a thousand categories have a million counts."""
    counted = outcomes(samples, categories)
    return counted.right, counted.labelled


def accuracy_fact(
    selection: Selection,
    dataset: str,
    answers: tuple[int, int],
    usual: tuple[int, int],
    *,
    of: str,
    page: str = "",
) -> Fact:
    """Right answers over all, in `dataset` and, to compare with, in the baseline.

    Parameters
    ----------
    answers, usual
        How many are right of how many, here and in the baseline.
    of
        The samples counted, in words: "the samples with this label".
    """
    right, total = answers
    low, high = map(float, wilson(right, total))
    notes = [share_interval(low, high)]
    help = f"Share of {of} that are classified right, with the 95 % interval of Wilson."
    if dataset != selection.baseline:
        change, least, most = map(float, newcombe(right, total, *usual))
        if math.isfinite(change):
            notes.append(f"{points(change)} ({points_interval(least, most)})")
        help += f" Then the difference from {selection.baseline} with the interval of Newcombe, in percentage points."
    return Fact(
        "accuracy",
        percent(right / total if total else math.nan),
        help,
        page,
        note="; ".join(filter(None, notes)),
    )
