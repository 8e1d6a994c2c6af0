"""What each shifted set did, a row a set, the worst first."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import replace

from shiftscope.outcomes.outcomes import Positions, having, outcomes
from shiftscope.outcomes.twins import twins
from shiftscope.percent import percent
from shiftscope.statistics.newcombe import newcombe
from shiftscope.statistics.wilson import wilson
from shiftscope.views.overview.blame_in_words import best_alone_in_words
from shiftscope.views.overview.blamed import blamed, telling_heads
from shiftscope.views.overview.happened import happened
from shiftscope.views.overview.named_unit import NamedUnit, unit_in_words
from shiftscope.views.overview.set_rows import SetRow, Suffered
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Case, Cases, Change, Code, ImageStrip, Link, Panel, Picture
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.changed.interventions import REPAIR
from shiftscope.views.parts.grown_in import grown_in
from shiftscope.views.parts.number_text import count, points, points_interval
from shiftscope.views.parts.pictures.pictures import pictures, role, strongest
from shiftscope.views.parts.twins import answers_in_words

PICTURES = 4  # of a confusion
STRONGEST = 5  # of a unit
AXIS = tuple((share, f"{100 * share:.0f}{' %' if share == 1 else ''}") for share in (0, 0.25, 0.5, 0.75, 1))


@section(ShownOverview, place=10)
def cases(overview: ShownOverview) -> Panel:
    """The sets with their accuracy, the confusion and the unit that explain it, and pictures of both."""
    if not overview.selection.others():
        return _record_another(overview.selection)
    shown = overview.cased
    right, labelled = overview.usual
    grouped = any(row for _, row in shown)
    total = len(overview.rows if grouped else overview.suffered)
    return Cases(
        "",
        [
            _grouped(overview, each, row, _case(overview, each)) if grouped else _case(overview, each)
            for each, row in shown
        ],
        baseline=overview.selection.baseline,
        usual=percent(right / labelled) if labelled else "",
        axis=AXIS,
        help="Samples classified right, of the labelled ones. Line over the dot: 95 % interval by Wilson. Beside the "
        "points: 95 % interval of the change by Newcombe.",
        more=Link(
            f"show the other {count(total - len(shown))}",
            overview.at(cases=total),
        )
        if len(shown) < total
        else None,
        rows=f"{_what(overview)}{', worst first' if overview.order == 'harm' else ''}" if grouped else "",
        chart="accuracies",
    )


def _what(overview: ShownOverview) -> str:
    return overview.kind if len(overview.ordered) == len(overview.rows) else f"{overview.kind} or set"


def _grouped(overview: ShownOverview, each: Suffered, row: SetRow | None, case: Case) -> Case:
    """A case that stands for its row: what the group does, and small which of its sets is told about."""
    own = f"{percent(each.right / each.labelled)}, {case.loss} ({case.interval})" if case.loss else ""
    if row is None:
        return replace(case, accuracy=None, interval="", about=own, loss=_does(each))
    breaks = row.breaks is not None
    does = f"breaks at {row.variable} {row.value(row.place)}" if breaks else _lost(each)
    return replace(
        case,
        name=row.name,
        page=overview.at(sets=row.name),
        accuracy=None,
        interval="",
        loss=does,
        about=f"{each.name}: {own}" if own else each.name,
        mild=not breaks and case.mild,
    )


def _does(each: Suffered) -> str:
    return "breaks it" if each.harm == "breaks" else _lost(each)


def _lost(each: Suffered) -> str:
    if each.harm is None:
        return ""
    if each.loss < 0:
        return f"gains {-100 * each.loss:.1f} points"
    return f"loses {100 * each.loss:.1f} points"


def _record_another(selection: Selection) -> Code:
    words = shlex.join(["shiftscope", "record", str(selection.study.path)])
    return Code(
        "Only one set is recorded: record a shifted one to compare it with",
        f"{words} --data FOLDER --name NAME",
    )


def _case(overview: ShownOverview, each: Suffered) -> Case:
    selection, unit = overview.selection, overview.units[each.name]
    categories, usual = selection.study.categories, overview.usual
    confusions = outcomes(selection.study[each.name].samples, len(categories)).confusions
    change, low, high = map(float, newcombe(each.right, each.labelled, *usual))
    grown = grown_in(selection, each.name, 1)
    grew = (grown[0].actual, grown[0].predicted) if grown else None
    says = [happened(confusions, categories, each.harm, grew)]
    if turned := answers_in_words(selection, each.name):
        says.append(turned)
    ways = []
    strips: list[ImageStrip] = []
    like: Picture | None = None
    for one in grown:
        a, b = one.actual, one.predicted
        ways.append(
            Link(f"{categories[a]} → {categories[b]}", selection.page(f"confusions/{a}/{b}", focus=each.name))
        )
        pair, like = _confusion_strips(selection, each.name, a, b, one.answers)
        strips += pair
    if unit:
        says.append(unit_in_words(selection, unit))
        ways.append(Link(f"unit {unit.index}", selection.unit(unit.index, unit.layer, focus=each.name)))
        strips += _unit_strips(selection, each.name, unit)
    if refused := overview.gate.refused_in_words(each.name):
        says.append(refused)
    mild = each.harm in ("barely touches", None)
    heads = telling_heads(selection.study)
    if not mild and (gained := best_alone_in_words(blamed(selection.study, each.name, heads, 1))):
        says.append(gained)
    if selection.study.heads and selection.study[each.name].keeps_responses and not mild:
        ways.append(Link("repair", selection.page(REPAIR, layer=None, focus=each.name)))
    return Case(
        each.name,
        selection.dataset(each.name),
        points(change) if math.isfinite(change) else "",
        points_interval(low, high),
        _accuracy(selection, each, usual),
        percent(each.right / each.labelled) if each.labelled else "",
        says,
        ways,
        strips,
        like,
        about=selection.study.description(each.name).about,
        mild=mild,
    )


def _accuracy(selection: Selection, each: Suffered, usual: tuple[int, int]) -> Change | None:
    if not each.labelled:
        return None
    low, high = map(float, wilson(each.right, each.labelled))
    before = usual[0] / usual[1] if usual[1] else math.nan
    return Change(
        before, each.right / each.labelled, low, high, chance=1 / len(selection.study.categories), tick=True
    )


def _confusion_strips(
    selection: Selection, dataset: str, a: int, b: int, answered: tuple[int, int]
) -> tuple[Sequence[ImageStrip], Picture | None]:
    """Right ones of the baseline, the confused ones of the set, and one that the model says rightly is `b`."""
    study, names = selection.study, selection.study.categories
    here, there = study[dataset], study[selection.baseline]
    confused = having(here.samples, label=a, prediction=b)
    right = having(there.samples, label=a, prediction=a)
    twin = twins(here.samples, there.samples)
    both = [(int(p), int(twin[p])) for p in confused if twin[p] >= 0]
    pairs = [(p, q) for p, q in both if there.samples.labels[q] == there.samples.predictions[q] == a][
        :PICTURES
    ]
    chosen: Sequence[int] | Positions = [p for p, _ in pairs] or confused[:PICTURES]
    before: Sequence[int] | Positions = [q for _, q in pairs] or right[:PICTURES]
    sure = having(there.samples, label=b, prediction=b)[:1].tolist()
    likes = pictures(selection, there, sure, dict.fromkeys(sure, f"a {names[b]}"))
    return (
        ImageStrip(
            f"{names[a]} in {selection.baseline}: ",
            pictures(selection, there, before),
            role(selection, selection.baseline),
            note="classified right",
            empty="None is classified right.",
        ),
        ImageStrip(
            f"{names[a]} in {dataset}: ",
            pictures(selection, here, chosen),
            role(selection, dataset),
            note=f"classified {names[b]}, {count(answered[0])} of {count(answered[1])}",
        ),
    ), (likes[0] if likes else None)


def _unit_strips(selection: Selection, dataset: str, unit: NamedUnit) -> list[ImageStrip]:
    return [
        ImageStrip(
            f"unit {unit.index}, strongest in {name}",
            [
                replace(picture, caption="")
                for picture in strongest(selection, selection.study[name], unit.layer, unit.index, STRONGEST)
            ],
            role(selection, name),
            empty="It is silent.",
        )
        for name in (selection.baseline, dataset)
    ]
