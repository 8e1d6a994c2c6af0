"""The few sets of many that stand beside one another on a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.group_names import group_names
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.worst_set import by_loss

CHOSEN = 12  # at most, where a person chose them
MOST = 6  # sets beside one another: the baseline, the focus, and those that lose most
NAMED = 12  # sets or groups in a list of those that are left out


def shown_sets(selection: Selection) -> list[str]:
    """The baseline, the focus and the sets that lose most accuracy, `MOST` in all, in the order of the study; all of
    fewer, and those that a person chose instead. Of each group the worst set comes before the second of any."""
    if selection.chosen:
        listed = listed_sets(selection)
        some = list(dict.fromkeys([*selection.pair, *listed]))[:CHOSEN]
        return [name for name in listed if name in some]
    every = selection.ordered()
    if len(every) <= MOST:
        return every
    first = selection.pair
    rest = [name for name in by_loss(selection) if name not in first]
    group_of = {
        name: n for n, group in enumerate(selection.study.groups) if group.order for name in group.members
    }
    before: Counter[int] = Counter(group_of[name] for name in first if name in group_of)
    turns = []
    for name in rest:
        group = group_of.get(name)
        turns.append((0 if group is None else before[group], name))
        before[group if group is not None else -1] += 1
    rest = [name for _, name in sorted(turns, key=lambda turn: turn[0])]
    chosen = {*first, *rest[: MOST - len(first)]}
    return [name for name in every if name in chosen]


def listed_sets(selection: Selection) -> list[str]:
    """The baseline and all other sets; of those that a person chose these, and the focus."""
    every = selection.ordered()
    if not selection.chosen:
        return every
    return [name for name in every if name in {selection.baseline, selection.focus, *selection.chosen}]


def left_out(selection: Selection) -> str:
    """A sentence that names the sets which `shown_sets` leaves out; empty where it shows all."""
    shown = shown_sets(selection)
    rest = [name for name in selection.ordered() if name not in shown]
    if not rest:
        return ""
    are = "is" if len(rest) == 1 else "are"
    if selection.chosen:
        return f"Shown are the baseline, the focus and the sets chosen; {count(len(rest))} {are} not."
    return (
        f"Shown are the baseline, the focus and sets that lose most; {count(len(rest))} {are} not: "
        f"{named_together(selection.study, rest)}. The focus can be any of them."
    )


def named_together(study: StoredStudy, names: Sequence[str]) -> str:
    """Names of sets as a list; a group whose sets are all among them is named once, and of many the first."""
    left = dict.fromkeys(names)
    groups = study.groups
    called = group_names(groups)
    for group in groups:
        if len(group.members) > 1 and all(member in left for member in group.members):
            first = group.members[0]
            left = {
                (called[group.called] if name == first else name): None
                for name in left
                if name == first or name not in group.members
            }
    told = list(left)
    if len(told) > NAMED:
        told = [*told[:NAMED], f"{count(len(told) - NAMED)} more"]
    return ", ".join(told)
