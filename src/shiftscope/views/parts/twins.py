"""What pairs of twins say, in words."""

from __future__ import annotations

import math

from shiftscope.counted import counted
from shiftscope.outcomes.twin_answers import TwinAnswers, twin_answers
from shiftscope.statistics.probability import probability
from shiftscope.store.twins import Twins, twins_between
from shiftscope.views.page.panels import Span, Words
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import count, points, points_interval


def twins_of(selection: Selection, dataset: str) -> Twins | None:
    """Pairs of a dataset's samples and the baseline's; None where there are none."""
    found = twins_between(selection.study, dataset, selection.baseline)
    return found if found and len(found) else None


def answers_in_words(selection: Selection, dataset: str) -> Words:
    """How many answers a shift broke and fixed; nothing where it cannot be known, image by image."""
    twins = twins_of(selection, dataset)
    if twins is None:
        return ""
    study = selection.study
    found = twin_answers(study[dataset].samples, study[selection.baseline].samples, twins)
    if not found.pairs:
        return ""
    return [Span(_broken_and_fixed(found), help=_how(found)), "."]


def _broken_and_fixed(found: TwinAnswers) -> str:
    if not found.broken + found.fixed:
        return "No answer broken, none fixed"
    broken = (
        f"{count(found.broken)} answer{'s' * (found.broken > 1)} broken"
        if found.broken
        else "No answer broken"
    )
    fixed = f"{count(found.fixed)} fixed" if found.fixed else "none fixed"
    return f"{broken}, {fixed}"


def _how(found: TwinAnswers) -> str:
    test = "" if math.isnan(found.p) else f", p {probability(found.p)}"
    interval = points_interval(found.low, found.high)
    return (
        f"Of {counted(found.pairs, 'image')} with a twin in the set: right before and wrong under the shift, and the "
        f"reverse{test}. {count(found.changed)} wrong both times, with another answer. Accuracy of the pairs "
        f"{points(found.difference)} ({interval}, Agresti and Min)."
    )
