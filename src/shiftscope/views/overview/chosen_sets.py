"""Which sets the first page shows: all, a group, one, or any that a person ticks."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.group_names import menu_links
from shiftscope.views.page.panels import Choice, Link, Several
from shiftscope.views.parts.number_text import count


def sets_choice(shown: ShownOverview, asked: Sequence[str]) -> Choice:
    """All sets, the groups, each set, and any that are ticked."""
    selection, at = shown.selection, shown.at
    whole = f"all {count(len(selection.study))}" if shown.groups and shown.grouped else "all"
    every = Link(whole, selection.everywhere(at.path, **at.asked(sets=None, cases=None)))
    others = menu_links(
        selection.study,
        selection.others(),
        lambda name: selection.on(name).page(at.path, **at.asked(sets=None)),
        lambda group: selection.everywhere(at.path, **at.asked(sets=(group,), cases=None)),
    )
    several = Several(
        "sets",
        every.page,
        menu_links(selection.study, selection.others(), lambda name: ""),
        shown.shifts if asked else (),
        f"{selection.baseline}, the baseline, is always shown.",
    )
    return Choice(
        "Sets", [every, *others], _in_force(shown, asked, whole), several=several if len(others) > 2 else None
    )


def _in_force(shown: ShownOverview, asked: Sequence[str], whole: str) -> str:
    """What the menu says without being opened."""
    selection = shown.selection
    if selection.focus != selection.baseline:
        return selection.focus
    if not shown.chosen:
        return whole
    if len(asked) == 1:
        return f"all of {shown.names.get(asked[0], asked[0])}" if len(shown.chosen) > 1 else shown.chosen[0]
    return f"{count(len(shown.chosen))} of {count(len(selection.others()))}"
