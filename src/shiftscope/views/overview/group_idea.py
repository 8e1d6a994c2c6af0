"""What groups of sets do to the model along their variables, in a sentence, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from shiftscope.percent import percent
from shiftscope.statistics.wilson import wilson
from shiftscope.views.overview.set_rows import SetRow, Suffered, worst_rows_first
from shiftscope.views.page.panels import Span
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count

NAMED = 3  # groups in one list
STEPS = 4  # values that are told before the one that breaks it
GROUP_RULES = (
    "A group breaks the model at the first value of its variable whose set does; otherwise its cost is its largest "
    "loss of accuracy. It helps where every set does. Worst first: the earliest to break it, then the largest loss."
)


def group_idea(rows: Sequence[SetRow]) -> str:
    """What groups that are ordered do to the model, worst first: "a breaks this model at severity 3; b costs at most
    2.5 points". Empty where none has labels."""
    told = [row for row in worst_rows_first(rows) if row.variable and row.telling.harm]
    breaking = [row for row in told if row.breaks is not None]
    helping = [row for row in told if _helps(row)]
    rest = [row for row in told if row.breaks is None and not _helps(row)]
    mixed = bool(rest and helping)
    if breaking:
        parts = [_breaking(breaking), _cost(rest, some=mixed)]
    elif rest and rest[0].telling.harm == "hurts":
        first = f"{rest[0].name} costs this model {_points(rest[0].loss)} at {_where(rest[0])}"
        parts = [first, _cost(rest[1:], some=mixed)]
    else:
        parts = [_barely(rest)]
    return "; ".join(filter(None, [*parts, _help(helping, begun=any(parts), some=mixed)]))


def _helps(row: SetRow) -> bool:
    """Whether every set of it does."""
    return row.telling.harm == "helps"


def _breaking(rows: Sequence[SetRow]) -> str:
    """Groups at the value where they break the model; of more than three those of the first value."""
    told: list[str] = []
    for where, same in groupby(rows, key=_where):
        names = [row.name for row in same]
        if told:
            short = where.removeprefix(f"{rows[0].variable} ")
            told.append(f"{in_a_row(names)} at {short}")
        else:
            told.append(f"{in_a_row(names)} break{'s' if len(names) == 1 else ''} this model at {where}")
            first = len(names)
    if len(rows) > NAMED and len(told) > 1:
        others = "later" if len({row.variable for row in rows}) == 1 else "elsewhere"
        return f"{told[0]}, {count(len(rows) - first)} more {others}"
    return in_a_row(told)


def _cost(rows: Sequence[SetRow], *, some: bool) -> str:
    if not rows:
        return ""
    verb = "costs" if len(rows) == 1 else "cost"
    return f"{_others(rows, some=some)} {verb} {_at_most(rows)}"


def _barely(rows: Sequence[SetRow]) -> str:
    if not rows:
        return ""
    barely, it, cost = (
        ("barely touches", "it", "costs") if len(rows) == 1 else ("barely touch", "they", "cost")
    )
    return f"{in_a_row([row.name for row in rows])} {barely} this model: {it} {cost} {_at_most(rows)}"


def _help(rows: Sequence[SetRow], *, begun: bool, some: bool) -> str:
    """Groups whose every set helps; `begun` where the model was named before."""
    if not rows:
        return ""
    help, it, add = ("helps", "it", "adds") if len(rows) == 1 else ("help", "they", "add")
    if begun:
        return f"{_others(rows, some=some)} {help} it"
    gained = min(-row.loss for row in rows)
    names = in_a_row([row.name for row in rows])
    return f"{names} {help} this model: {it} {add} at least {_points(gained)}"


def _others(rows: Sequence[SetRow], *, some: bool) -> str:
    """All that are left, or some of them, by name where they are few."""
    if len(rows) > NAMED:
        return f"{count(len(rows))} others" if some else f"the other {count(len(rows))}"
    return in_a_row([row.name for row in rows])


def _at_most(rows: Sequence[SetRow]) -> str:
    """The largest loss, and the largest gain where a set of them helps."""
    loss = max(row.loss for row in rows)
    cost = f"at most {_points(loss)}" if loss >= 0.0005 else "nothing"
    gains = [-each.loss for row in rows for each in row.sets if each.harm == "helps"]
    add = "adds" if len(rows) == 1 else "add"
    return f"{cost} and {add} up to {_points(max(gains))}" if gains else cost


def _points(loss: float) -> str:
    return f"{100 * loss:.1f} points"


def _where(row: SetRow) -> str:
    """The value of the set that stands for a row; a group that only its variable names does not say it twice."""
    value = row.value(row.place)
    return value if row.name == row.variable else f"{row.variable} {value}"


def group_lede(
    rows: Sequence[SetRow], baseline: str, usual: tuple[int, int], categories: int
) -> list[str | Span]:
    """Accuracies along the worst group, and what those that do not break the model keep or gain at their ends.

    Parameters
    ----------
    usual
        How many of the baseline's labelled samples are classified right, of how many.
    """
    told = [row for row in worst_rows_first(rows) if row.variable and row.telling.harm]
    if not told or not usual[1]:
        return []
    worst, rest = told[0], [row for row in told[1:] if row.breaks is None]
    words: list[str | Span] = [
        Span("Accuracy", help=GROUP_RULES),
        f" is {percent(usual[0] / usual[1])} on {baseline}",
    ]
    places = _told_places(worst)
    for order, place in enumerate(places):
        share = _accuracy(worst.sets[place], categories)
        at = f" at {worst.name} {worst.value(place)}" if not order else f" at {worst.value(place)}"
        words.append(" and " if order == len(places) - 1 else ", ")
        words += [Span(share, "strong") if place == worst.place else share, at]
    kept, gained = ([row for row in rest if _helps(row) == helps] for helps in (False, True))
    mixed = bool(kept and gained)
    return [*words, ".", *_ends(kept, "keep", some=mixed), *_ends(gained, "gain", some=mixed)]


def _told_places(row: SetRow) -> list[int]:
    """Up to the one that breaks, and the last; of many the first and the one that breaks."""
    if row.breaks is None:
        return [row.place]
    before = list(range(row.place)) if row.place <= STEPS else [0]
    return list(dict.fromkeys([*before, row.place, len(row.sets) - 1]))


def _accuracy(each: Suffered, categories: int) -> str:
    low, high = map(float, wilson(each.right, each.labelled))
    chance = ", chance," if low <= 1 / categories <= high else ""
    return f"{percent(each.right / each.labelled)}{chance}"


def _ends(rows: Sequence[SetRow], verb: str, *, some: bool) -> list[str | Span]:
    """What is left at the last value of each, after "keep", or "gain" with a colon."""
    ends = [(row.value(len(row.sets) - 1), row.sets[-1]) for row in rows if row.sets[-1].labelled]
    if not ends:
        return []
    value = ends[0][0]
    where = value if all(end == value for end, _ in ends) else f"the largest {rows[0].variable}"
    does = f"{verb}{'s' if len(rows) == 1 else ''}{':' if verb == 'gain' else ''}"
    shares = [each.right / each.labelled for _, each in ends]
    told = (
        f"{percent(min(shares))} to {percent(max(shares))}"
        if len(shares) > NAMED
        else in_a_row([percent(share) for share in shares])
    )
    return [f" At {where}, {_others(rows, some=some)} {does} {told}."]
