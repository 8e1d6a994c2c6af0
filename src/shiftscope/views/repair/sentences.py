"""What the page of a repair says, each from the numbers of the half that was held out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from shiftscope.counted import counted
from shiftscope.explain.interventions.intervention import Answers
from shiftscope.explain.interventions.repair import Repair
from shiftscope.outcomes.outcomes import Positions
from shiftscope.percent import percent
from shiftscope.statistics.probability import probability
from shiftscope.statistics.split import FIT, HELD_OUT
from shiftscope.views.page.panels import Span, Words
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count, points_interval

MOST_OF_IT = 0.8  # share of the gain from which on one unit makes it
STRONG = 0.5  # share of the largest weight from which on a unit argues for a category
NAMED = 3


def headline(repair: Repair, units: int) -> str:
    """The page's one idea: what silencing gives the shifted set, and what it costs others.

    Parameters
    ----------
    units
        Of the layer.
    """
    name = repair.dataset
    if not repair.units:
        return f"No set of units {'surely ' if repair.path else ''}helps {name}"
    gain = repair.held_out[name]
    silencing = f"Silencing {which_units(repair.layer, repair.units, units)}"
    if gain.interval[0] <= 0:
        return f"{silencing} does not surely help {name}"
    costs = [f"{harmed} {in_points(-repair.held_out[harmed].difference)}" for harmed in repair.harmed]
    cost = f", and costs {in_a_row(costs)}" if costs else ""
    return f"{silencing} gives {name} {amount(gain.difference)} points back{cost}"


def which_units(layer: str, silenced: Sequence[int], units: int) -> str:
    """By its number where it is one, and of how many."""
    of = counted(units, "unit", count)
    return (
        f"unit {silenced[0]} of {layer}, one of {count(units)},"
        if len(silenced) == 1
        else f"{len(silenced)} of {of} of {layer}"
    )


def lede(repair: Repair) -> Words:
    """The shifted set's accuracy before and after; why, where nothing is to be silenced."""
    here = repair.held_out[repair.dataset]
    if not repair.units:
        return f"{repair.in_words()} Nothing is silenced: {repair.dataset} stays at {percent(here.before)}."
    return [
        f"On samples the search never saw, {repair.dataset} goes from {percent(here.before)} to ",
        Span(percent(here.after), "strong"),
        f" ({points_interval(*here.interval)} points): {count(here.fixed)} fixed, {count(here.broken)} broken, "
        f"p {probability(here.p)}.{_what_stays(repair)}",
    ]


def _what_stays(repair: Repair) -> str:
    """How far the set still is below the reference as it was; empty where it is not."""
    stays = repair.held_out[repair.reference].before - repair.held_out[repair.dataset].after
    return f" It stays {in_points(stays)} below {repair.reference}." if stays >= 0.0005 else ""


def beyond_margin(repair: Repair) -> str:
    """What the reference lost beyond the margin, and what it had lost in the search; empty within the margin."""
    if repair.within_margin:
        return ""
    name = repair.reference
    there, searched = repair.held_out[name], repair.searched[name]
    may = counted(100 * repair.margin, "point", "{:.3g}".format) if repair.margin else "nothing"
    in_search = f"lost {amount(-searched.difference)}" if searched.difference < 0 else "lost nothing"
    return (
        f"{name} may lose {may} and loses {amount(-there.difference)} ({points_interval(*there.interval)}). "
        f"In the search it {in_search}."
    )


def who_is_helped(repair: Repair) -> str:
    """The sets whose interval excludes zero, by its side."""
    held_out = repair.held_out
    helped = [name for name, pairs in held_out.items() if pairs.interval[0] > 0]
    alone = ", nothing else" if helped == [repair.dataset] and len(held_out) > 2 else ""
    helps = f"Helps {in_a_row(helped)}{alone}" if helped else "Helps no set surely"
    return helps + (f"; costs {in_a_row(repair.harmed)}" if repair.harmed else "")


def how_many_needed(repair: Repair) -> str:
    """Whether the first unit makes most of what was gained on the held-out half; where none was chosen, what the best
    step of the search would have gained there."""
    right, chosen = repair.steps.right[HELD_OUT], len(repair.units)
    step = chosen or repair.best_step
    gained, labelled = int(right[step] - right[0]), repair.held_out[repair.dataset].labelled
    if gained <= 0:
        return "Nothing is gained on samples the search never saw"
    if not chosen:
        tried = f"unit {repair.path[0]} gains" if step == 1 else f"{step} units gain"
        return (
            f"Not chosen, though {tried} {amount(gained / labelled)} points on samples the search never saw"
        )
    first = int(right[1] - right[0])
    if chosen == 1:
        return f"Unit {repair.units[0]} makes all of the {amount(gained / labelled)} points"
    if first >= MOST_OF_IT * gained:
        return f"Unit {repair.units[0]} makes {amount(first / labelled)} of the {amount(gained / labelled)} points"
    return f"{chosen} units are needed"


def alone(repair: Repair) -> str:
    """What each of the first units does by itself, on both halves."""
    labelled = repair.answers[repair.dataset].pairs.labelled
    units, steps = repair.units[:NAMED], repair.steps
    each = [
        f"unit {unit} fixes {count(int(steps.fixed[place]))} and breaks {count(int(steps.broken[place]))}"
        for place, unit in enumerate(units)
    ]
    return f"alone, on all {count(labelled)} of {repair.dataset}: {'; '.join(each)}" if each else ""


def argues_for(weights: npt.NDArray[np.float32], categories: Sequence[str]) -> str:
    """The categories that a unit speaks for most, against their mean; empty where it speaks for none.

    Parameters
    ----------
    weights : (category,)
        Of the head, from the unit.
    """
    above = weights - weights.mean()
    order = np.argsort(-above, kind="stable")[: NAMED - 1]
    strongest = [categories[c] for c in order.tolist() if above[c] > 0 and above[c] >= STRONG * above.max()]
    return f"argues for {in_a_row(strongest)}" if strongest else ""


def mean_ratio(shifted: float, reference: float) -> str:
    """How many times a unit's mean response in the reference that in the shifted set is; empty without one."""
    if not reference > 0 or not np.isfinite(shifted):
        return ""
    return f"×{shifted / reference:.1f}"


def turned(answers: Answers, fixed: Positions, broken: Positions, categories: Sequence[str]) -> str:
    """What the fixed ones had been called most often, and the most frequent turn of the broken ones."""
    before = Counter(answers.before[fixed].tolist()).most_common(2)
    after = Counter(zip(answers.labels[broken].tolist(), answers.after[broken].tolist(), strict=True))
    words = []
    if before:
        (first, often), *others = before
        words.append(f"{often} of the fixed had been called {categories[first]}")
        words[-1] += "".join(
            f", and {number} had been called {categories[other]}" for other, number in others
        )
    if after:
        (label, now), _ = after.most_common(1)[0]
        words.append(f"most often broken: {categories[label]} → {categories[now]}")
    return "; ".join(words)


def in_points(share: float) -> str:
    """The amount with its unit."""
    told = amount(share)
    return f"{told} point" if told == "1" else f"{told} points"


def amount(share: float) -> str:
    """A share in points without a sign: one decimal under ten points, unless it is a zero."""
    text = f"{100 * share:.1f}" if abs(share) < 0.0995 else f"{100 * share:.0f}"
    return text.removesuffix(".0").replace("-", "−")


def searched_on(repair: Repair) -> str:
    """How many samples of the shifted set are of the search half, and how many of the other."""
    halves = repair.halves[repair.dataset]
    return (
        f"{count(int((halves == FIT).sum()))} searched, {count(int((halves == HELD_OUT).sum()))} reported on"
    )


def margin_in_words(margin: float) -> str:
    """A margin in points, as a menu has it: by how much a set may fall."""
    return f"{100 * margin:.3g} {'point' if margin == 0.01 else 'points'}"
