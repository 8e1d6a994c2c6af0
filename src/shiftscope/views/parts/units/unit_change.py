"""How a unit's answers changed, in the words of every page that says so."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.tuning.answered import Answered
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import times


def change_in_words(told: Answered, names: Sequence[str], focus: str = "") -> str:
    """The change without the unit and the full stop, in the first words that hold: other categories, everything,
    more, silent, quiet. Empty where none does.

    Parameters
    ----------
    names
        Of the categories.
    focus
        The set to be named; none where the sentence stands beside its name.
    """
    under = f" under {focus}" if focus else ""
    mean = f"{under}: mean {times(told.ratio)}"
    if told.way == "other":
        liked, likes = (in_a_row([names[c] for c in each]) for each in (told.before, told.after))
        return f"answered to {liked}{f';{under} it answers' if focus else ', now answers'} to {likes}"
    if told.way == "everything":
        return f"{usual_in_words(told, names)}responds more to everything{mean}"
    if told.way == "more":
        return f"{usual_in_words(told, names)}responds more{mean}"
    if told.way == "less" and told.ratio == 0:
        return f"{usual_in_words(told, names)}goes silent{under}"
    if told.way == "less" and told.ratio > 0:
        return f"{usual_in_words(told, names)}goes quiet{mean}"
    return ""


def usual_in_words(told: Answered, names: Sequence[str]) -> str:
    """The category that the unit answered to most, in brackets before a verb."""
    return f"({names[told.before[0]]}) " if told.before else ""
