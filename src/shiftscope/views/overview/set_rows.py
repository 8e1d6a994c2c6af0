"""The shifted sets as rows: a group along the variable that orders it, or one set by itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shiftscope.outcomes.group_harm import breaking_place, costliest_place
from shiftscope.outcomes.harm import Harm
from shiftscope.store.dataset_groups import DatasetGroup
from shiftscope.views.page.group_names import value_text


@dataclass(frozen=True)
class Suffered:
    """What one shifted set did to the answers."""

    name: str
    right: int  # labelled samples classified right
    labelled: int
    loss: float  # of accuracy, as share; NaN without labels on either side
    harm: Harm | None  # None there too


@dataclass(frozen=True)
class SetRow:
    """Sets along a variable from its smallest value on, or one set."""

    name: str
    sets: Sequence[Suffered]
    variable: str = ""  # empty for one set by itself
    values: Sequence[float] = ()  # (set,) of the variable

    @cached_property
    def breaks(self) -> int | None:
        """The place of the first set that breaks the model."""
        return breaking_place([each.harm for each in self.sets])

    @property
    def place(self) -> int:
        """Of the set that stands for the row: the first that breaks the model, or else the one that loses most."""
        return costliest_place([each.loss for each in self.sets]) if self.breaks is None else self.breaks

    @property
    def telling(self) -> Suffered:
        return self.sets[self.place]

    @property
    def costliest(self) -> Suffered:
        """The set that loses most."""
        return self.sets[costliest_place([each.loss for each in self.sets])]

    @property
    def loss(self) -> float:
        """The largest; NaN where none is known."""
        return self.costliest.loss

    def value(self, place: int) -> str:
        """Of the variable, as people write it."""
        return value_text(self.values[place])


def set_rows(
    suffered: Sequence[Suffered], groups: Sequence[DatasetGroup], names: Mapping[str, str]
) -> list[SetRow]:
    """A row for each group of two or more of the sets that a variable orders, and one for each of the other sets.

    Parameters
    ----------
    suffered
        The sets that are shown.
    names
        What a group is called on the page, by what it is called in the study.
    """
    by_name = {each.name: each for each in suffered}
    rows: list[SetRow] = []
    for group in groups:
        values = group.in_order() if group.order else {}
        members = [name for name in values if name in by_name]
        if len(members) > 1:
            sets = [by_name.pop(name) for name in members]
            rows.append(SetRow(names[group.called], sets, group.order, [values[name] for name in members]))
    return [*rows, *(SetRow(name, [each]) for name, each in by_name.items())]


def worst_rows_first(rows: Sequence[SetRow]) -> list[SetRow]:
    """Those that break the model first, the earliest before the later ones, then by the largest loss; those without
    labels last.

    The earliest is the one at the smallest value among groups along the same variable, and at the first place in its
    row among others, whose values cannot be compared.
    """
    by_place = sorted(rows, key=lambda row: _earliest(math.inf if row.breaks is None else row.breaks, row))
    breaking = [row for row in by_place if row.variable and row.breaks is not None]
    by_value = sorted(breaking, key=lambda row: _earliest(row.values[row.place], row))
    of_variable = {
        row.variable: iter([one for one in by_value if one.variable == row.variable]) for row in breaking
    }
    return [
        next(of_variable[row.variable]) if row.variable and row.breaks is not None else row
        for row in by_place
    ]


def _earliest(where: float, row: SetRow) -> tuple[float, float]:
    return where, math.inf if math.isnan(row.loss) else -row.loss
