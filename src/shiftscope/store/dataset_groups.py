"""Which datasets belong together, and in which order, by the variables that describe them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from shiftscope.errors import BadRequest
from shiftscope.store.description import GroupValue

Values = Mapping[str, GroupValue]  # of one dataset, by variable


@dataclass(frozen=True)
class DatasetGroup:
    """Datasets that belong together.

    Parameters
    ----------
    names
        Text that all members share, by variable, as {"corruption": "noise"}: what the group is called.
    members
        By the variable that orders them, from the smallest value on; in the study's order where there is none.
    values
        (member,) all that is said of each.
    order
        The variable that orders the members, as "severity"; empty where they have no order.
    apart
        Variables of text that tell the members apart, as "hospital".
    problem
        Why numbers that are there do not order the members; empty where they do, or there are none.
    """

    names: Mapping[str, str]
    members: tuple[str, ...]
    values: tuple[Values, ...]
    order: str = ""
    apart: tuple[str, ...] = ()
    problem: str = ""

    @property
    def called(self) -> str:
        """What the group is, in words: "corruption noise", "hospital"."""
        named = ", ".join(f"{variable} {value}" for variable, value in self.names.items())
        return named or ", ".join(self.apart) or self.order

    def in_order(self) -> dict[str, float]:
        """The value of the variable that orders the members, by member, from the smallest on.

        Raises
        ------
        BadRequest
            Nothing orders them, or what should does not.
        """
        if not self.order:
            found = (
                self.problem or "none of its variables has numbers; `describe` gives it one, as severity 1"
            )
            raise BadRequest(f"the group {self.called!r} has no order: {found}.")
        return {
            member: float(values[self.order])
            for member, values in zip(self.members, self.values, strict=True)
        }


def dataset_groups(described: Mapping[str, Values]) -> list[DatasetGroup]:
    """The groups of a study's datasets, in the order of their first members.

    Datasets with the same text in the same variables are a group, which the one variable of numbers among them orders.
    Those without numbers are a group of all that have the same variables, which is not ordered. Where numbers do not
    order a group it stays in the order of the study, and says why.

    Parameters
    ----------
    described
        Value by variable of each dataset; those without any belong to no group.
    """
    numeric = {
        name for values in described.values() for name, value in values.items() if not isinstance(value, str)
    }
    text = {name: _without(values, numeric) for name, values in described.items()}
    numbered = [text[name] for name, values in described.items() if len(text[name]) < len(values)]
    by_key: dict[tuple[object, ...], dict[str, Values]] = {}
    for name, values in described.items():
        named = text[name] in numbered
        key = (named, *sorted(text[name].items() if named else text[name]))
        if values:
            by_key.setdefault(key, {})[name] = values
    return [_group(members, numeric) for members in by_key.values()]


def _without(values: Values, numeric: set[str]) -> Values:
    return {name: value for name, value in values.items() if name not in numeric}


def _group(values: Mapping[str, Values], numeric: set[str]) -> DatasetGroup:
    members = tuple(values)
    variables = dict.fromkeys(name for each in values.values() for name in each)
    text = [name for name in variables if name not in numeric]
    shared = {
        name: str(values[members[0]][name])
        for name in text
        if len({each.get(name) for each in values.values()}) == 1
    }
    apart = tuple(name for name in text if name not in shared)
    order, problem = _order(values, [name for name in variables if name in numeric])
    if order:
        members = tuple(sorted(members, key=lambda member: values[member][order]))
    return DatasetGroup(shared, members, tuple(values[member] for member in members), order, apart, problem)


def _order(values: Mapping[str, Values], numbers: Sequence[str]) -> tuple[str, str]:
    """The variable that orders the members, and why none does where there are numbers."""
    varying = [name for name in numbers if len({each.get(name) for each in values.values()}) > 1]
    if len(varying) > 1:
        return "", f"{' and '.join(varying)} both vary; write all but one of them as text"
    if not numbers:
        return "", ""
    name = varying[0] if varying else numbers[0]
    for member, each in values.items():
        if name not in each:
            return "", f"{member!r} has no {name}, and others have"
        if isinstance(each[name], str):
            return "", f"{name} of {member!r} is the text {each[name]!r}; give it as a number"
    ranked = sorted(values, key=lambda member: values[member][name])
    for value, same in groupby(ranked, key=lambda member: values[member][name]):
        if len(twice := list(same)) > 1:
            return "", f"{' and '.join(map(repr, twice))} have the same {name}, {value}"
    return name, ""
