"""A baseline and another set to compare with it, for pages that show the two."""

from __future__ import annotations

import math
from dataclasses import replace

from shiftscope.views.page.panels import Message
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.accuracy import answers


def by_loss(selection: Selection) -> list[str]:
    """The sets compared with the baseline, those that lose most accuracy first.

    Of equal ones the earlier of the study first; those without a labelled sample last.
    """
    return sorted(selection.others(), key=lambda name: _accuracy(selection, name))


def two_sets(selection: Selection) -> Selection:
    """The same with a focus that is not the baseline: the set that loses most where the reader chose none, or chose
    the baseline. Unchanged where there is no other set."""
    others = by_loss(selection) if selection.focus == selection.baseline else []
    return replace(selection, focus=others[0], asked_focus=None) if others else selection


def refusal(asked: Selection, shown: Selection) -> list[Message]:
    """Why the focus asked for is not the one shown; nothing where it is."""
    if asked.asked_focus is None or asked.focus == shown.focus:
        return []
    return [
        Message(
            "Focus and baseline are the same set",
            f"{asked.focus} is the baseline, and a set is not compared with itself: {shown.focus} is shown instead.",
        )
    ]


def _accuracy(selection: Selection, name: str) -> float:
    right, labelled = answers(selection, name)
    return right / labelled if labelled else math.inf
