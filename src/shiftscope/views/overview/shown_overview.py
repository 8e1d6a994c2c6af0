"""A study, and how its first page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from shiftscope.explain.dose.ladder import Ladder, ladders_of
from shiftscope.outcomes.harm import harm
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.estimation.stored_estimates import has_estimates
from shiftscope.scores.score import UnitScore
from shiftscope.store.dataset_groups import DatasetGroup
from shiftscope.views.overview.named_unit import NamedUnit, named_unit
from shiftscope.views.overview.set_rows import SetRow, Suffered, set_rows, worst_rows_first
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.group_names import group_names
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.accuracy import answers
from shiftscope.views.parts.derived.gate import Gate
from shiftscope.views.parts.sets.shown_sets import MOST
from shiftscope.views.parts.units.differing import Differences, differing
from shiftscope.views.parts.units.unit_scores import estimated

ROWS = 10  # of the tables of confusions and units
FEW_CASES, MANY_CASES = 6, 5  # shown at first: all of few, fewer of groups that are many
Order = Literal["harm", "recorded", "name"]


@dataclass(frozen=True)
class ShownOverview:
    """What the sections of the first page show: the choices in force, and the score of charts and tables."""

    selection: Selection
    at: PageAddress
    score: UnitScore | None  # asked for
    order: Order = "harm"
    most: int | None = None  # cases at most; as many as the sets ask for where None
    grouped: bool = True  # whether sets that belong together are shown as one
    chosen: Sequence[str] = ()  # the shifted sets that alone are shown; all where empty
    sample_of: int | None = None  # category of the sample in the cells

    @cached_property
    def ladders(self) -> Sequence[Ladder]:
        """Those that `sweep` recorded, where other sets are shown as well.

        A rung is a strength that somebody dialled: it tells from where on the model fails, not what its data do to it.
        So the page is about the other sets, and each ladder is one line below them, unless there is nothing else or it
        was asked for.
        """
        if self.chosen or self.selection.focus != self.selection.baseline:
            return ()
        found = [each for each in ladders_of(self.selection.study) if each.swept]
        return found if set(self.selection.others()) - _rungs_of(found) else ()

    @cached_property
    def ladder_rows(self) -> Sequence[SetRow]:
        """Their rungs above the set they start from."""
        return [self.ladder_row(each) for each in self.ladders]

    def ladder_row(self, ladder: Ladder) -> SetRow:
        """The rungs of one above the set it starts from."""
        above = {name: value for name, value in ladder.rungs.items() if name != ladder.source}
        sets = [self.suffered_in(name) for name in above]
        return SetRow(self.names[ladder.called], sets, ladder.variable, list(above.values()))

    @cached_property
    def groups(self) -> Sequence[DatasetGroup]:
        """But those that are ladders below the others."""
        apart = [each.group for each in self.ladders]
        return [group for group in self.selection.study.groups if group not in apart]

    @cached_property
    def names(self) -> dict[str, str]:
        """Short names of all groups."""
        return group_names(self.selection.study.groups)

    @property
    def kind(self) -> str:
        """What tells the ordered groups apart, as "corruption"."""
        kinds = {" and ".join(group.names) for group in self.groups if group.order}
        return kinds.pop() if len(kinds) == 1 and "" not in kinds else "group"

    @cached_property
    def shifts(self) -> Sequence[str]:
        """The datasets that the page is about: the focus or others where they were chosen, or all but the baseline and
        the rungs of the ladders below them."""
        selection = self.selection
        if selection.focus != selection.baseline:
            return [selection.focus]
        apart = _rungs_of(self.ladders)
        return self.chosen or [name for name in selection.others() if name not in apart]

    @cached_property
    def suffered(self) -> Sequence[Suffered]:
        """What each shown set did, in the order in force."""
        found = [self.suffered_in(name) for name in self.shifts]
        if self.order == "name":
            return sorted(found, key=lambda one: one.name)
        return worst_first(found) if self.order == "harm" else found

    @cached_property
    def rows(self) -> Sequence[SetRow]:
        """The shown sets as rows, in the order in force."""
        rows = set_rows(self.suffered, self.groups if self.grouped else (), self.names)
        if self.order == "name":
            return sorted(rows, key=lambda row: row.name)
        return worst_rows_first(rows) if self.order == "harm" else rows

    @cached_property
    def ordered(self) -> Sequence[SetRow]:
        """The rows that a variable orders."""
        return [row for row in self.rows if row.variable]

    @cached_property
    def many(self) -> bool:
        """Whether the sets are shown together: some of them belong together, and more than one is shown."""
        belong = any(sum(name in self.shifts for name in group.members) > 1 for group in self.groups)
        return self.grouped and belong

    @cached_property
    def telling(self) -> Sequence[Suffered]:
        """One set for each row, worst first."""
        return [row.telling for row in worst_rows_first(self.rows)]

    @cached_property
    def beside(self) -> Sequence[str]:
        """The sets that stand beside one another in tables and charts: all of few in their order, else of each of the
        worst rows the set that loses most."""
        if len(self.shifts) <= MOST:
            return self.shifts
        return [row.costliest.name for row in worst_rows_first(self.rows)[:MOST]]

    @cached_property
    def cased(self) -> Sequence[tuple[Suffered, SetRow | None]]:
        """The sets that have a case, with the row each stands for; the members of a row that is alone."""
        if self.ordered and len(self.rows) > 1:
            told: list[tuple[Suffered, SetRow | None]] = [
                (row.telling, row if row.variable else None) for row in self.rows
            ]
        else:
            told = [(each, None) for each in self.suffered]
        return told[: self.most or (FEW_CASES if len(told) <= FEW_CASES or not self.many else MANY_CASES)]

    @cached_property
    def units(self) -> dict[str, NamedUnit | None]:
        """The unit that is named in each case; none where its codes are not to be read."""
        told = {one.name: one for one, _ in self.cased}
        return {
            name: None if self.gate.refuses(name) else named_unit(self.selection, name, one.harm, one.loss)
            for name, one in told.items()
        }

    @cached_property
    def gate(self) -> Gate:
        return Gate(self.selection, self.selection.layer)

    @property
    def usual(self) -> tuple[int, int]:
        """How many of the baseline's labelled samples are classified right, and how many there are."""
        return answers(self.selection, self.selection.baseline)

    def scored(self, dataset: str) -> bool:
        """Whether a table of all sets has a set's scores: of many only those that are kept, or shown elsewhere."""
        if len(self.selection.others()) <= MOST or dataset in self.beside:
            return True
        selection = self.selection
        return has_estimates(selection.study, dataset, selection.baseline, selection.layer)

    def estimates(self, dataset: str, layer: str | None = None) -> dict[str, Estimate]:
        """Every score of a layer's units in one dataset, compared with the baseline."""
        return estimated(self.selection, dataset, layer)

    def differing(self, dataset: str, layer: str | None = None) -> Differences:
        """How many units of a layer differ in each way, of the layer in force where none is given."""
        asked = dataset, layer or self.selection.layer
        if asked not in self._differing:  # sections show the same
            self._differing[asked] = differing(replace(self.selection, layer=asked[1]), dataset)
        return self._differing[asked]

    @cached_property
    def _differing(self) -> dict[tuple[str, str], Differences]:
        return {}

    def suffered_in(self, name: str) -> Suffered:
        """What one set did, compared with the baseline."""
        (right, labelled), usual = answers(self.selection, name), self.usual
        told = harm(*usual, right, labelled, len(self.selection.study.categories))
        loss = usual[0] / usual[1] - right / labelled if told else float("nan")
        return Suffered(name, right, labelled, loss, told)


def _rungs_of(ladders: Sequence[Ladder]) -> set[str]:
    """The datasets that were shifted for them."""
    return {name for each in ladders for name in each.rungs if name != each.source}


def worst_first(found: Sequence[Suffered]) -> list[Suffered]:
    """Those without labels last; equal ones in the order given."""
    return sorted(found, key=lambda one: -one.loss if one.harm else float("inf"))
