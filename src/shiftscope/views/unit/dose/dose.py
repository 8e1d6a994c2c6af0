"""Dose and response: a unit's mean response along the variable that orders a group, with images under its values."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from shiftscope.statistics.mean_band import mean_band
from shiftscope.store.dataset_groups import DatasetGroup
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.views.page.group_names import group_names, value_text
from shiftscope.views.page.panels import Curve, Curves, Picture
from shiftscope.views.page.section import section
from shiftscope.views.parts.number_text import number
from shiftscope.views.parts.pictures.pictures import strongest
from shiftscope.views.unit.dose.dose_in_words import DOSE_RULE, Band, Dose, dose_in_words
from shiftscope.views.unit.dose.dose_ways import dose_ways
from shiftscope.views.unit.shown_unit import ShownUnit

NAMED = 3  # curves with a name, where there are more
PICTURES = 3  # under one value
ROOM = 18  # pictures in all
STEPS = 4  # of the axis, at most
Doses = Mapping[str, tuple[Dose, Mapping[float, str]]]  # by group, with its sets by value


@section(ShownUnit, place=22, beside=True)
def dose(unit: ShownUnit) -> list[Curves]:
    """A panel for each variable that orders groups, at most two; none where no group is ordered."""
    by_variable: dict[str, list[DatasetGroup]] = {}
    for group in unit.study.groups:
        members = [name for name in group.members if name != unit.selection.baseline]
        if group.order and len(members) > 1:
            by_variable.setdefault(group.order, []).append(group)
    return [_lines(unit, variable, groups) for variable, groups in list(by_variable.items())[:2]]


def _lines(unit: ShownUnit, variable: str, groups: Sequence[DatasetGroup]) -> Curves:
    baseline = unit.selection.baseline
    maximum = float(unit.study[baseline].summary(unit.layer, Maxima).largest[unit.index])
    scale = maximum if maximum > 0 else 1.0
    usual = _mean(unit, baseline, scale)
    doses = _doses(unit, variable, groups, scale)
    told = [each for each, _ in doses.values()]
    coloured = _coloured(unit, doses, usual)
    values = sorted({value for _, members in doses.values() for value in members})
    ends = [usual[2], usual[0], *(end for each in told for band in each.means for end in band)]
    axis = _axis(max(ends), maximum)
    top = axis[-1][0]
    pictures = _pictures(unit, values, doses[coloured][1])
    what = f"% of the maximum in {baseline}" if maximum > 0 else "response"
    below = f"; below, its strongest images along {coloured}" if pictures else ""
    said = "; ".join(
        f"{each.name} {', '.join(_text(band[0], maximum) for band in each.means)}" for each in told[:6]
    )
    return Curves(
        dose_in_words(told),
        [baseline, *map(value_text, values)],
        variable,
        [(at / top, text) for at, text in axis],
        _curves(unit, doses, values, coloured, _named(told, coloured, usual), top),
        _over(usual, top),
        f"Mean response of unit {unit.index} of {unit.layer} over {variable}, {what}, with 95 % bands: "
        f"{baseline} {_text(usual[0], maximum)}; {said}.",
        f"mean response over all samples, {what}, with 95 % bands{below}. {DOSE_RULE}",
        pictures,
        chart="dose",
    )


def _doses(unit: ShownUnit, variable: str, groups: Sequence[DatasetGroup], scale: float) -> Doses:
    """Responses over `scale`, without the baseline."""
    baseline, called = unit.selection.baseline, group_names(unit.study.groups)
    along = {
        called[group.called]: {value: name for name, value in group.in_order().items() if name != baseline}
        for group in groups
    }
    every = [name for members in along.values() for name in members.values()]
    # Of all groups at once: what is found of many sets is corrected for their number.
    ways = dict(zip(every, dose_ways([unit.mean(name) for name in every], unit.mean(baseline)), strict=True))
    doses = {}
    for group_name, members in along.items():
        means = [_mean(unit, name, scale) for name in members.values()]
        moved = [ways[name] for name in members.values()]
        doses[group_name] = Dose(group_name, variable, list(map(value_text, members)), means, moved), members
    return doses


def _curves(
    unit: ShownUnit, doses: Doses, values: Sequence[float], coloured: str, named: Collection[str], top: float
) -> list[Curve]:
    """One a group, at the steps of its values, over `top`."""
    steps = {value: step for step, value in enumerate(values, 1)}
    return [
        Curve(
            name if name in named else "",
            [(steps[value], *_over(band, top)) for value, band in zip(members, each.means, strict=True)],
            focus=name == coloured,
            larger=_larger(unit, each, members, steps) if name == coloured else None,
        )
        for name, (each, members) in doses.items()
    ]


def _mean(unit: ShownUnit, dataset: str, scale: float) -> Band:
    """Mean response and its band, over the baseline's maximum."""
    moments = unit.study[dataset].summary(unit.layer, Moments)
    at = unit.index
    mean, low, high = mean_band(int(moments.count), float(moments.total[at]), float(moments.squares[at]))
    return mean / scale, low / scale, high / scale


def _coloured(unit: ShownUnit, doses: Doses, usual: Band) -> str:
    """The group of the focus; without one the group that moves the mean farthest."""
    for name, (_, members) in doses.items():
        if unit.selection.focus in members.values():
            return name
    return max(doses, key=lambda name: _moved(doses[name][0], usual))


def _larger(
    unit: ShownUnit, dose: Dose, members: Mapping[float, str], steps: Mapping[float, int]
) -> int | None:
    """The step up to which the group drives the unit; where it does not, the focus's own."""
    if dose.highest is not None:
        return steps[list(members)[dose.highest]]
    return next((steps[value] for value, name in members.items() if name == unit.selection.focus), None)


def _moved(dose: Dose, usual: Band) -> float:
    return max((abs(mean - usual[0]) for mean, _, _ in dose.means if not math.isnan(mean)), default=0.0)


def _named(doses: Sequence[Dose], coloured: str, usual: Band) -> set[str]:
    """All of few; of many those that move the mean farthest, and the coloured one."""
    farthest = sorted(doses, key=lambda dose: -_moved(dose, usual))[:NAMED]
    return {each.name for each in (doses if len(doses) <= 2 * NAMED else farthest)} | {coloured}


def _over(band: Band, top: float) -> Band:
    mean, low, high = (end / top for end in band)
    return mean, low, high


def _axis(largest: float, maximum: float) -> list[tuple[float, str]]:
    """Round numbers from zero up to one that holds the largest; shares as per cent."""
    top = largest if largest > 0 else 1.0
    size = 10.0 ** math.floor(math.log10(top / STEPS))
    step = next(size * times for times in (1, 2, 2.5, 5, 10) if size * times * STEPS >= top * (1 - 1e-9))
    count = math.ceil(top / step - 1e-9)
    return [(place * step, _text(place * step, maximum)) for place in range(count + 1)]


def _text(value: float, maximum: float) -> str:
    return f"{100 * value:.3g} %" if maximum > 0 else number(value)


def _pictures(
    unit: ShownUnit, values: Sequence[float], members: Mapping[float, str]
) -> Sequence[Sequence[Picture]]:
    """The strongest images of the baseline, and of the coloured group's set at each value; none where they would not
    fit."""
    columns = len(values) + 1
    each = min(PICTURES, ROOM // columns)
    if not each:
        return ()
    selection, found = unit.selection, []
    for name in (selection.baseline, *(members.get(value) for value in values)):
        drawn = strongest(selection, unit.study[name], unit.layer, unit.index, each) if name else ()
        found.append([replace(picture, caption="") for picture in drawn])
    return found
