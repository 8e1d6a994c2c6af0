"""What a change of units did to the answers, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shiftscope.counted import counted
from shiftscope.explain.interventions.edit import EditKind
from shiftscope.explain.interventions.intervention import Answers
from shiftscope.explain.interventions.pairs import Pairs
from shiftscope.percent import percent
from shiftscope.views.page.panels import Span, Words
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count, points_interval

NAMED = 3  # units by their numbers; of more, how many
RULE = (
    "Share of labelled samples classified right; beside it the 95 % interval of the change (Newcombe, paired shares). "
    "A change counts where the interval excludes 0, which does not know how the units were chosen."
)
DOING: dict[EditKind, str] = {"silence": "Silencing", "clamp": "Clamping", "replace": "Replacing"}


def headline(edit: EditKind, units: Sequence[int], focus: str, here: Answers) -> str:
    """What happened to the focus's accuracy, told where the 95 % interval of the change excludes 0, and how many
    answers were fixed and broken.

    Parameters
    ----------
    here
        To the focus's samples.
    """
    pairs = here.pairs
    what = f"{DOING[edit]} {units_in_words(units)}"
    if not pairs.labelled:
        return (
            f"{what} changes {count(here.changed)} of {counted(len(here.labels), 'answer', count)} in {focus}"
        )
    turned = f"{count(pairs.fixed)} fixed, {count(pairs.broken)} broken"
    if not pairs.fixed and not pairs.broken:
        return f"{what} turns no answer in {focus} right or wrong"
    low, high = pairs.interval
    points = f"{100 * abs(pairs.difference):.1f} points"
    if low > 0:
        return f"{what} gives {focus} {points}: {turned}"
    if high < 0:
        return f"{what} costs {focus} {points}: {turned}"
    return f"{what} does not surely change the accuracy in {focus}: {turned}"


def units_in_words(units: Sequence[int]) -> str:
    """By number where they are few."""
    if len(units) > NAMED:
        return f"{count(len(units))} units"
    numbers = in_a_row([str(unit) for unit in units])
    return f"unit{'' if len(units) == 1 else 's'} {numbers}"


def lede(sets: Mapping[str, Pairs]) -> Words:
    """Accuracy before and after in each set that has labels, with the interval of its change."""
    words: list[str | Span] = []
    for name, pairs in sets.items():
        if not pairs.labelled:
            continue
        start = "; " if words else ""
        if not pairs.fixed and not pairs.broken:
            words += [f"{start}{name} stays at ", Span(percent(pairs.before), help=RULE)]
            continue
        words += [
            f"{start}{name} goes from {percent(pairs.before)} to ",
            Span(percent(pairs.after), help=RULE),
            f" ({points_interval(*pairs.interval)} points)",
        ]
    return [*words, "."] if words else ""
