"""The sentence that the first page opens with, and the numbers behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from shiftscope.counted import counted
from shiftscope.outcomes.harm import HARM_RULE, Harm
from shiftscope.percent import percent
from shiftscope.views.overview.group_idea import group_idea, group_lede
from shiftscope.views.overview.ladder_idea import worst_of_ladders
from shiftscope.views.overview.named_unit import NamedUnit, named_change_in_words
from shiftscope.views.overview.set_rows import Suffered
from shiftscope.views.overview.shown_overview import ShownOverview, worst_first
from shiftscope.views.page.panels import Span, Words
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.in_a_row import in_a_row

DOES: Mapping[Harm, tuple[str, str]] = {  # of one set, and of several
    "breaks": ("breaks", "break"),
    "hurts": ("hurts", "hurt"),
    "barely touches": ("barely touches", "barely touch"),
    "helps": ("helps", "help"),
}


def overview_idea(overview: ShownOverview) -> str:
    """What groups do along their variables, then what the other sets do."""
    along = group_idea(overview.ordered)
    ladders = worst_of_ladders(overview.ladder_rows)
    if not along:
        return idea(overview.suffered, ladders=ladders)
    others = [row.telling for row in overview.rows if not row.variable]
    return "; ".join(filter(None, [along, idea(others, begun=True, ladders=ladders)]))


def idea(
    suffered: Sequence[Suffered], *, begun: bool = False, ladders: Mapping[Harm, Sequence[str]] | None = None
) -> str:
    """What the sets do to the model, worst first: "a and b break this model, and so does hue from strength 0.25 on;
    c barely touches it".

    Parameters
    ----------
    begun
        Whether the model was named before.
    ladders
        What of each ladder does the worst to it, as "hue from strength 0.25 on".
    """
    parts: list[str] = []
    for harm, (one, several) in DOES.items():
        names = [each.name for each in worst_first(suffered) if each.harm == harm]
        if names:
            model = "it" if parts or begun else "this model"
            parts.append(f"{in_a_row(names)} {one if len(names) == 1 else several} {model}")
        if found := (ladders or {}).get(harm):
            part = parts.pop() if names else ""
            verb = one if len(found) == 1 else several
            parts += _and_ladders(part, found, verb, begun=begun or bool(parts))
    return "; ".join(parts)


def _and_ladders(part: str, found: Sequence[str], verb: str, *, begun: bool) -> list[str]:
    """Behind the sets that do the same, or by themselves."""
    if part:
        return [f"{part}, and so {'does' if len(found) == 1 else 'do'} {in_a_row(found)}"]
    return [f"{in_a_row(found)} {verb} {'it' if begun else 'this model'}"]


def lede(overview: ShownOverview) -> Words:
    """The accuracies, and the unit that is named in several sets."""
    told = [each for each in worst_first(overview.suffered) if each.harm]
    right, labelled = overview.usual
    if not told:
        return ""
    selection = overview.selection
    categories = len(selection.study.categories)
    along = group_lede(overview.ordered, selection.baseline, overview.usual, categories)
    if along:
        return [*along, *_running(overview)]
    usual = percent(right / labelled)
    fell = [each for each in told if each.harm in ("breaks", "hurts")]
    kept = [each for each in told if each.harm == "barely touches"]
    rose = [each for each in told if each.harm == "helps"]
    parts: list[list[str | Span]] = []
    if fell:
        parts.append([f"falls from {usual} to ", *_accuracies(fell)])
    if kept:
        verb = "keeps" if len(kept) == 1 else "keep"
        parts.append([f"{in_a_row([each.name for each in kept])} {verb} ", *_accuracies(kept)])
    if rose:
        verb = "gains" if len(rose) == 1 else "gain"
        parts.append([f"{in_a_row([each.name for each in rose])} {verb}: ", *_accuracies(rose)])
    words: list[str | Span] = [Span("Accuracy", help=HARM_RULE), " " if fell else f" is {usual}; "]
    for place, part in enumerate(parts):
        words += ["; ", *part] if place else part
    about = overview.selection.study.about
    words += [".", *_running(overview)]
    return [*words, " ", Span(about, "quiet")] if about else words


def _accuracies(sets: Sequence[Suffered]) -> list[str | Span]:
    """As many as are named in the heading; a range stands for more."""
    shares = [percent(each.right / each.labelled) for each in sets]
    if len(shares) > 4:
        low, high = (edge(each.right / each.labelled for each in sets) for edge in (min, max))
        return ["between ", Span(percent(low), "strong"), " and ", Span(percent(high), "strong")]
    words: list[str | Span] = []
    for place, share in enumerate(shares):
        words += [" and " if place == len(shares) - 1 else ", "] if place else []
        words.append(Span(share, "strong"))
    return words


def _running(overview: ShownOverview) -> list[str | Span]:
    """The unit that adds most to the confusion of several sets, and how its answers changed."""
    named = {name: unit for name, unit in overview.units.items() if unit}
    if not named:
        return []
    (layer, index), times = Counter((unit.layer, unit.index) for unit in named.values()).most_common(1)[0]
    if times < 2:
        return []
    selection = overview.selection
    units = [unit for unit in named.values() if (unit.layer, unit.index) == (layer, index)]
    usual = units[0].answered.before
    whose = f" ({category_name(selection.study, usual[0])})" if usual else ""
    ways: dict[str, NamedUnit] = {}
    for unit in units:
        ways.setdefault(unit.answered.way, unit)
    clauses = "; ".join(
        named_change_in_words(selection, unit).removeprefix(f"{whose.strip()} ") for unit in ways.values()
    )
    sets = counted(len(named), "set")
    return [
        " One unit runs through it: ",
        Span(f"unit {index} of {layer}", page=selection.unit(index, layer)),
        f"{whose} adds most to the confusion of {times} of {sets}: {clauses}.",
    ]
