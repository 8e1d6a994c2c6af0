"""Groups of sets as pages name them, and sets as lines of a menu."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from shiftscope.errors import BadRequest
from shiftscope.store.dataset_groups import DatasetGroup
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Link


def group_names(groups: Sequence[DatasetGroup]) -> dict[str, str]:
    """Short names by what groups are called: "noise" for "corruption noise", where that tells them apart."""
    short = {group.called: ", ".join(map(str, group.names.values())) or group.called for group in groups}
    taken = Counter(short.values())
    return {called: name if taken[name] == 1 else called for called, name in short.items()}


def value_text(value: float) -> str:
    """A value of a variable as people write it: 3, not 3.0."""
    return f"{value:.15g}".replace("-", "−")


def menu_links(
    study: StoredStudy,
    names: Iterable[str],
    link: Callable[[str], str],
    whole: Callable[[str], str] | None = None,
) -> list[Link]:
    """An entry for each set, those of a group on one line, in the order of the group.

    Parameters
    ----------
    link
        From a set's name to its entry's address.
    whole
        From a group's short name to the address of all its sets, where there is one.
    """
    shown = dict.fromkeys(names)
    groups = study.groups
    if not groups:
        return [Link(name, link(name)) for name in shown]
    called = group_names(groups)
    lines: dict[str, list[Link]] = {}  # by each set of a group
    for group in groups:
        values = group.in_order() if group.order else {}
        members = [name for name in group.members if name in shown]
        line = [
            Link(
                name,
                link(name),
                within=called[group.called],
                short=value_text(values[name]) if values else "",
            )
            for name in members
        ]
        if whole:
            name = called[group.called]
            line.insert(0, Link(f"all of {name}", whole(name), within=name, short="all"))
        lines |= dict.fromkeys(members, line) if len(members) > 1 else {}
    placed: set[str] = set()
    found: list[Link] = []
    for name in shown:
        if name not in placed:
            line = lines.get(name) or [Link(name, link(name))]
            found += line
            placed |= {each.text for each in line}
    return found


def chosen_sets(study: StoredStudy, baseline: str, asked: Sequence[str]) -> tuple[str, ...]:
    """The shifted sets of these names, in the order of the study; the baseline is shown in any case.

    A name is a group's, by its short or its whole name, or a set's.

    Raises
    ------
    BadRequest
        There is no group or set of a name.
    """
    groups = study.groups if asked else ()
    called = group_names(groups)
    members = {name: group.members for group in groups for name in (group.called, called[group.called])}
    for name in asked:
        if name not in members and name not in study.datasets:
            there = (
                f"there are {', '.join(called.values())}" if groups else "no dataset of this study is in any"
            )
            raise BadRequest(f"no group {name!r} of datasets; {there}. Nor is a dataset called so.")
    wanted = {each for name in asked for each in members.get(name, [name])}
    return tuple(name for name in study if name in wanted and name != baseline)
