"""Which of the maps that a study keeps of a unit its page shows."""

from __future__ import annotations

import numpy as np

from shiftscope.explain.attribution.attributions import Attributions
from shiftscope.summaries.top_samples import TopSamples
from shiftscope.views.unit.shown_unit import ShownUnit

COMPARED = 12  # of the strongest images, by which maps over other samples are chosen


def method_of(unit: ShownUnit) -> str:
    """The one asked for where maps of it are kept; otherwise the one kept of most sets."""
    names = [each.question.method for each in unit.maps]
    if unit.method in names or not names:
        return unit.method
    return max(sorted(set(names)), key=names.count)


def chosen_maps(unit: ShownUnit) -> list[Attributions]:
    """Of one method, by set, whole ones before filtered ones; of several that differ in options or samples the one over
    most of the unit's strongest images, and of several cutoffs the fitted one, else the lowest."""
    method = method_of(unit)
    best: dict[tuple[int, bool], Attributions] = {}
    for each in unit.maps:
        question = each.question
        if question.method != method:
            continue
        place = unit.pair.index(question.dataset), question.low_pass is not None
        if place not in best or _before(unit, each) < _before(unit, best[place]):
            best[place] = each
    return [best[place] for place in sorted(best)]


def _before(unit: ShownUnit, found: Attributions) -> tuple[bool, float, int]:
    question = found.question
    return not question.fitted, question.low_pass or 0.0, -_strongest(unit, found)


def _strongest(unit: ShownUnit, found: Attributions) -> int:
    top = unit.study[found.question.dataset].summary(unit.layer, TopSamples).position[:COMPARED, unit.index]
    return int(np.isin(top[top >= 0], found.positions).sum())
