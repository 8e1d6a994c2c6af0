"""The order in which previous and next lead through the units of a layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from shiftscope.scores.score import unit_scores
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Choice, Link
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.readable_notes import readable_notes
from shiftscope.views.parts.units.unit_filter import conditions, passing
from shiftscope.views.parts.units.unit_numbers import FIRES, MAXIMUM, UNIT, Q, UnitNumbers
from shiftscope.views.parts.units.unit_scores import name_of, offered_scores, title


@dataclass(frozen=True)
class UnitOrder:
    """Units in an order, and where in it one of them stands."""

    order: np.ndarray[tuple[int], np.dtype[np.intp]]
    place: int
    by: str  # what orders them, in words

    @classmethod
    def through(
        cls, selection: Selection, layer: str, index: int, sort: str | None, *, ascending: bool, where: str
    ) -> UnitOrder:
        """Units of `layer` by any of their numbers, as the page of the layer sorts and filters them.

        By number, the first one first, where nothing is asked for. The unit itself stays even if it does not pass.

        Raises
        ------
        BadRequest
            There is no such number, or a condition that cannot be read.
        """
        focus = _measured_in(selection, sort or UNIT)
        numbers = UnitNumbers(replace(selection, layer=layer, focus=focus))
        order = numbers.order(sort or UNIT, ascending=ascending or sort is None)
        if asked := conditions(where):
            stays = passing(asked, numbers, readable_notes(selection.study, layer)[0])
            stays[index] = True
            order = order[stays[order]]
        return cls(order, int(np.flatnonzero(order == index)[0]), _in_words(sort, focus))

    def neighbours(self, page: Callable[[int], str]) -> tuple[Link | None, Link | None]:
        """The units before and after, whose addresses `page` gives."""

        def at(place: int, way: str) -> Link | None:
            if not 0 <= place < len(self.order):
                return None
            unit = int(self.order[place])
            return Link(f"unit {unit}", page(unit), f"{way} by {self.by}")

        return at(self.place - 1, "Previous"), at(self.place + 1, "Next")


def walk_choice(
    study: StoredStudy, page: Callable[[str | None], str], sort: str | None, where: str
) -> Choice:
    """A menu of what to walk by; `page` gives the address for one of them."""
    names: dict[str | None, str] = {None: "number"}
    names |= {
        name: title(name) for name in dict.fromkeys([*offered_scores(study), MAXIMUM, FIRES, sort]) if name
    }
    filtered = f" Only units that pass the filter: {where}." if where.strip() else ""
    return Choice(
        "Walk by",
        [Link(text, page(name)) for name, text in names.items()],
        names[sort],
        f"The order in which previous and next (k and j) lead through the units of the layer.{filtered}",
        further=True,
    )


def _measured_in(selection: Selection, sort: str) -> str:
    """The dataset whose score is meant: the focus; where that is the baseline and the score compares, the first
    shifted one."""
    score = name_of(sort.removesuffix(Q))
    others = selection.others()
    compares = score not in unit_scores or unit_scores[score].compares
    return others[0] if compares and selection.focus == selection.baseline and others else selection.focus


def _in_words(sort: str | None, dataset: str) -> str:
    if sort is None or sort == UNIT:
        return "number"
    return f"{title(sort)} in {dataset}" if sort not in (MAXIMUM, FIRES) else title(sort)
