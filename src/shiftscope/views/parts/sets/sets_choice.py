"""Which sets stand beside baseline and focus, chosen on any page that lists sets."""

from __future__ import annotations

from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.group_names import group_names
from shiftscope.views.page.panels import Choice, Link, Several
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.shown_sets import MOST

FEWEST = 3  # shifted sets, of which there is a choice


def sets_choice(selection: Selection, at: PageAddress) -> list[Choice]:
    """Those that lose most, the sets of a group, or any that are ticked; none of few sets."""
    if len(selection.others()) < FEWEST:
        return []
    usual = Link("all" if len(selection.study) <= MOST else "that lose most", at(sets=None))
    names = group_names(selection.study.groups)
    groups = [Link(names[group.called], at(sets=(names[group.called],))) for group in selection.study.groups]
    several = Several(
        "sets",
        usual.page,
        selection.menu(selection.others(), lambda name: ""),
        selection.chosen,
        "The baseline and the focus are always shown.",
    )
    asked = selection.asked_sets
    several_of = f"{count(len(selection.chosen))} of {count(len(selection.others()))}"
    current = usual.text if not asked else asked[0] if len(asked) == 1 else several_of
    help = "What stands beside baseline and focus, here and on the pages that this one leads to."
    return [Choice("Sets", [usual, *groups], current, help, further=True, several=several)]
