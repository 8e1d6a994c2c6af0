"""A unit's page in one sentence, and the numbers of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from shiftscope.percent import whole_percent
from shiftscope.summaries.maxima import Maxima
from shiftscope.tuning.answered import ALIKE, EACH, LESS, MORE, OTHER_PROFILE, Answered
from shiftscope.tuning.set_means import Difference, SetMean, welch
from shiftscope.views.page.panels import Span, Words
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import interval, number, times
from shiftscope.views.parts.units.mean_change import BY_DEVIATIONS, mean_change
from shiftscope.views.parts.units.unit_change import change_in_words
from shiftscope.views.unit.shown_unit import MOST_OTHERS, ShownUnit


def unit_sentence(unit: ShownUnit) -> str:
    """What the unit answered to and what it answers to now, in the words of its categories."""
    names = [category_name(unit.study, c) for c in range(len(unit.study.categories))]
    if len(unit.pair) == 1:
        return alone_in_words(unit.index, unit.answered, names)
    before, after = (unit.mean(name).mean[0] for name in unit.pair)
    moved = mean_change(after, before, unit.deviation) if unit.both_signs else ""
    return in_words(unit.index, unit.answered, names, unit.pair, before, after, moved)


def alone_in_words(index: int, told: Answered, names: Sequence[str]) -> str:
    """Of the only set there is."""
    liked = in_a_row([names[c] for c in told.before])
    return f"Unit {index} answers to {liked}" if liked else f"Unit {index} answers to no category"


def in_words(
    index: int,
    told: Answered,
    names: Sequence[str],
    pair: Sequence[str],
    before: float,
    after: float,
    moved: str = "",
) -> str:
    """The first that holds: other categories, everything, more, less; else how far it keeps what it answered to.

    Parameters
    ----------
    names
        Of the categories.
    pair
        Names of baseline and focus.
    before, after
        Mean responses over all samples, for sets without labels and units that answer below zero.
    moved
        How far the mean moved, of a unit whose responses have both signs.
    """
    baseline, focus = pair
    liked, likes = (in_a_row([names[c] for c in each]) for each in (told.before, told.after))
    ratio = told.ratio
    mean = f": mean {moved}" if moved else f": mean {times(ratio)}" if math.isfinite(ratio) else ""
    if change := change_in_words(told, names, focus):
        return f"Unit {index} {change}"
    if liked and likes and told.before[0] == told.after[0]:
        return f"Unit {index} answers to {likes} under {focus}, as in {baseline}{mean}"
    if liked and likes:
        return f"Unit {index} answers to {liked} in {baseline}, to {likes} under {focus}{mean}"
    if likes and before == 0:
        return f"Unit {index} was silent in {baseline}; under {focus} it answers to {likes}"
    if before == after == 0:
        return f"Unit {index} is silent in {baseline} and under {focus}"
    if moved:
        return f"Unit {index} under {focus}: mean response {moved} from {baseline}"
    if before > 0 and after >= 0:
        return f"Unit {index} under {focus}: mean response {times(after / before)} that in {baseline}"
    return f"Unit {index} under {focus}: mean response {number(before)} → {number(after)}"


def unit_lede(unit: ShownUnit) -> Words:
    """Mean response in both sets, over the baseline's maximum; the others that move it; what the unit is."""
    layer = unit.study.layer(unit.layer)
    what = f"{layer.read_as[0].upper()}{layer.read_as[1:]}, of {unit.layer}."
    if len(unit.pair) == 1:
        return [Span(what, "quiet")]
    baseline, focus = unit.pair
    largest = float(unit.study[baseline].summary(unit.layer, Maxima).largest[unit.index])
    before, after = unit.mean(baseline), unit.mean(focus)
    words: list[str | Span] = [Span("Mean response", help=_rule(unit, welch(after, before))), " "]
    if largest > 0:
        words += [
            f"{whole_percent(before.mean[0] / largest)} → ",
            Span(f"{whole_percent(after.mean[0] / largest)} of its maximum", "strong"),
        ]
    else:
        words += [f"{number(before.mean[0])} → ", Span(number(after.mean[0]), "strong")]
    change = mean_change(float(after.mean[0]), float(before.mean[0]), unit.deviation)
    words += [
        f"{f' ({change})' if change else ''} under {focus}",
        *_of_others(unit, before),
        ". ",
        Span(what, "quiet"),
    ]
    return words


def _of_others(unit: ShownUnit, before: SetMean) -> list[str]:
    """Which of the other sets quieten the unit and which drive it up, beyond chance."""
    means: dict[str, float] = {}
    for name in unit.others[:MOST_OTHERS]:
        here = unit.mean(name)
        apart = welch(here, before)
        if apart.high[0] < 0 or apart.low[0] > 0:
            means[name] = float(here.mean[0])
    told = others_in_words(means, float(before.mean[0]), unit.deviation)
    return [f"; {told}"] if told else []


def others_in_words(means: Mapping[str, float], before: float, deviation: float | None = None) -> str:
    """ "a and b quieten it: × 0.49, × 0.82; c drives it up: × 1.3", the strongest change first.

    Parameters
    ----------
    means
        The unit's mean response in each set where it is another one than in the baseline.
    before
        That in the baseline.
    deviation
        Of the responses in the baseline where they have both signs; without it nothing is said where `before` is not
        above zero.
    """
    if not (before > 0 if deviation is None else deviation > 0):
        return ""
    farthest = sorted(means, key=lambda name: -abs(means[name] - before))
    down, up = [n for n in farthest if means[n] < before], [n for n in farthest if means[n] > before]
    told = []
    for found, one, several, way in ((down, "quietens", "quieten", ""), (up, "drives", "drive", " up")):
        if found:
            changes = in_a_row([_changed(means[name], before, deviation) for name in found])
            told.append(f"{in_a_row(found)} {one if len(found) == 1 else several} it{way}: {changes}")
    return "; ".join(told)


def _changed(mean: float, before: float, deviation: float | None) -> str:
    """How far it moved, or where that has no sense as it is."""
    return mean_change(mean, before, deviation) or f"mean {number(mean)}"


def _rule(unit: ShownUnit, apart: Difference) -> str:
    told = unit.answered
    signed = "" if unit.deviation is None else f" Change {BY_DEVIATIONS}{unit.selection.baseline}."
    width = interval(float(apart.low[0]), float(apart.high[0]))
    return (
        f"Over all samples; difference of the two means {number(float(apart.value[0]))}"
        f"{f' ({width}, 95 % by Welch)' if width else ''}. The sentence above is the first that holds of the means by "
        f"category, in both sets: another category comes first and the two profiles correlate below {OTHER_PROFILE} "
        f"(here {number(told.correlation)}); the mean over the categories grows to × {MORE} or more "
        f"(here {times(told.ratio)}), each to × {EACH} for everything; it falls to × {LESS} or less. It answers to "
        f"the categories with at least {whole_percent(ALIKE)} of its largest mean, three at most.{signed}"
    )
