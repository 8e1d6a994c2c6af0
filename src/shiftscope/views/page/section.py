"""A part of a page, found because its file is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from shiftscope.errors import ShiftscopeError
from shiftscope.registry import Registry
from shiftscope.views.page.panels import Columns, Fold, Folds, Panel

Shown = Panel | Sequence[Panel] | None
Draw = TypeVar("Draw", bound=Callable[..., Shown])


@dataclass(frozen=True)
class Section:
    """Some panels of one page; a page's class of subject says which page that is."""

    subject: type  # what the page shows, as `ShownUnit`
    place: int  # sections come in this order
    beside: bool  # next to the section before it
    draw: Callable[[Any], Shown]  # None where there is nothing to show
    units: bool = False  # whether it shows units of the layer in force, on a page of something else


class Missing(ShiftscopeError):
    """What a section shows is not kept yet; `offer` is the panel that offers to compute it."""

    def __init__(self, offer: Panel) -> None:
        super().__init__(f"{offer.title}.")
        self.offer = offer


sections: Registry[Section] = Registry("section", "shiftscope.views")


def section(
    subject: type, *, place: int, beside: bool = False, units: bool = False
) -> Callable[[Draw], Draw]:
    """Enter a section of the page that shows a `subject`; the function is given one.

    Parameters
    ----------
    place
        Where on the page: sections come in the order of their places, tens apart so that another fits between.
    beside
        In one row with the section before it.
    units
        It shows units of the layer in force, on a page of something else: `panels_of` changes its panels.
    """

    def enter(draw: Draw) -> Draw:
        sections.register(f"{subject.__name__}.{draw.__name__}", Section(subject, place, beside, draw, units))
        return draw

    return enter


def panels_of(
    subject: Any, of_units: Callable[[Sequence[Panel]], Sequence[Panel]] = lambda panels: panels
) -> list[Panel]:
    """What the sections of a subject's page show, in order; all that is folded, together at the end.

    Of those that show what is missing the first has the offer to compute it in its place, the others have nothing.
    `of_units` is what becomes of the panels of sections that show units.
    """
    panels: list[Panel] = []
    folds: list[Fold] = []
    offered: set[str] = set()  # titles: how far a job is changes while the page is drawn
    for row in _rows(type(subject)):
        drawn: list[Panel] = []
        for each in row:
            try:
                found = _listed(each.draw(subject))
                drawn += of_units(found) if each.units else found
            except Missing as missing:
                if missing.offer.title not in offered:
                    offered.add(missing.offer.title)
                    panels.append(missing.offer)
        folds += [panel for panel in drawn if isinstance(panel, Fold)]
        shown = [panel for panel in drawn if not isinstance(panel, Fold)]
        panels += [Columns("", shown)] if len(row) > 1 and len(shown) > 1 else shown
    return [*panels, Folds("", folds)] if folds else panels


def _listed(shown: Shown) -> Sequence[Panel]:
    if shown is None:
        return ()
    return (shown,) if isinstance(shown, Panel) else shown


def _rows(subject: type) -> list[list[Section]]:
    """Sections in their order; those beside one another together."""
    rows: list[list[Section]] = []
    for each in sorted((each for each in sections.values() if each.subject is subject), key=_place):
        if each.beside and rows:
            rows[-1].append(each)
        else:
            rows.append([each])
    return rows


def _place(section: Section) -> int:
    return section.place
