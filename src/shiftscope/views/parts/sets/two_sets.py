"""A baseline and another set to compare with it, for pages that show the two."""

from __future__ import annotations

from dataclasses import replace

from shiftscope.views.page.panels import Message
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.sets.worst_set import worst_set


def two_sets(selection: Selection) -> Selection:
    """The same with a focus that is not the baseline: the set that loses most where the reader chose none, or chose
    the baseline. Unchanged where there is no other set."""
    if selection.focus != selection.baseline or not selection.others():
        return selection
    return replace(selection, focus=worst_set(selection), asked_focus=None)


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
