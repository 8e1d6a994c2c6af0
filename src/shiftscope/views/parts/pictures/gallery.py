"""Pictures of many units next to one another, or of the categories' logits: those that are kept, and what draws the
next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shiftscope.counted import counted
from shiftscope.explain.visualisation.pair_distance import PairDistance
from shiftscope.explain.visualisation.picture_question import USUAL_METHOD, PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import asked_pictures
from shiftscope.views.page.panels import Code, Fold, Panel
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.colours_apart import colours_apart
from shiftscope.views.parts.pictures.figures import FigureOf, Sides, figures, read_sides
from shiftscope.views.parts.pictures.made_pictures import Drawn
from shiftscope.views.parts.pictures.several_pictures import kept_several, several_of_each
from shiftscope.views.parts.pictures.visualising import at_unit, draft_line, drawing_form

MOST = 24  # units that are shown
AT_ONCE = 12  # units that are drawn next
NOTE = "What drives each as strongly as it can, one picture of several that would: an optimum, not an image."
Kept = Mapping[str, Mapping[int, PictureQuestion]]  # by set and unit


@dataclass(frozen=True)
class Gallery:
    """Of which layer, or `LOGITS`, in which order, and where each leads."""

    selection: Selection
    layer: str
    order: Sequence[int]
    called: Callable[[int], str]
    page_of: Callable[[int], str]
    page: str  # that it stands on


def gallery(shown: Gallery, title: str, key: str, *, one: str, told: bool = True) -> Fold | None:
    """None where there is nothing to show and nothing to draw.

    Parameters
    ----------
    one
        What one is: "unit".
    told
        Whether a command draws the first ones, where none is kept and no model is at hand.
    """
    asked = list(asked_pictures(shown.selection.study, shown.layer))
    kept = kept_of(shown.selection, asked, shown.order)
    in_parts = kept_several(shown.selection, asked, shown.order)
    panels = _figures(shown, asked, kept, one)
    if several := several_of_each(shown.selection, in_parts, key, called=shown.called, page_of=shown.page_of):
        panels.append(several)
    if offer := _offer(shown, kept, one, told=told or bool(panels)):
        panels.append(offer)
    if not panels:
        return None
    return Fold(title, _says(shown, kept, {question.unit for question, _ in in_parts}, one), panels, key)


def _says(shown: Gallery, kept: Kept, in_parts: set[int], one: str) -> str:
    """How many are drawn, and how many with the colours of both sets, where those are not all that stand there."""
    sides = [set(own) for own in kept.values()]
    alone, both = set.union(*sides), set.intersection(*sides)
    drawn = alone | in_parts
    if not drawn:
        return "none is drawn yet"
    lacking = (
        f", {count(len(both)) if both else 'none'} with the colours of both sets" if both != alone else ""
    )
    return f"{count(len(drawn))} of {counted(len(shown.order), one, count)} drawn{lacking}"


def kept_of(selection: Selection, asked: Iterable[PictureQuestion], units: Collection[int]) -> Kept:
    """What is asked with the colours of baseline or focus: of several, those that both have drawn in one way; of these
    MACO, of these that of most steps."""
    names, wanted = selection.pair, set(units)
    by_unit: dict[int, dict[str, list[PictureQuestion]]] = {}
    for each in asked:
        if each.dataset in names and each.unit in wanted and each.plain:
            by_unit.setdefault(each.unit, {}).setdefault(each.dataset, []).append(each)
    found: dict[str, dict[int, PictureQuestion]] = {name: {} for name in names}
    for unit, own in by_unit.items():
        for name, question in _alike(own, names).items():
            found[name][unit] = question
    return found


def _alike(own: Mapping[str, Sequence[PictureQuestion]], names: Sequence[str]) -> dict[str, PictureQuestion]:
    """One picture of each set that has some."""
    of_each = [{name: replace(each, dataset=name) for name in names} for each in own.get(names[0], ())]
    alike = [each for each in of_each if all(each[name] in own.get(name, ()) for name in names)]
    if alike:
        return max(alike, key=lambda each: _rank(each[names[0]]))
    return {name: max(questions, key=_rank) for name, questions in own.items()}


def _rank(question: PictureQuestion) -> tuple[bool, int]:
    return question.method == USUAL_METHOD, question.steps


def _figures(shown: Gallery, asked: Sequence[PictureQuestion], kept: Kept, one: str) -> list[Panel]:
    """The first ones in the order; one that is damaged is not drawn."""
    there = [unit for unit in shown.order if any(unit in own for own in kept.values())]
    found, apart = [], []
    for unit in there:
        sides = read_sides(shown.selection.study, [own.get(unit) for own in kept.values()])
        if any(sides):
            found.append(FigureOf(shown.called(unit), sides, shown.page_of(unit)))
            own = [each for each in asked if each.unit == unit]
            apart += [
                (shown.called(unit), each.distance)
                for each in colours_apart(_Kept(shown.selection, own, sides))
            ]
        if len(found) == MOST:
            break
    if not found:
        return []
    more = len(there) - len(found)
    note = f"{NOTE} And {counted(more, f'more {one}', count)}." if more > 0 else NOTE
    note = " ".join(filter(None, [_apart_in_words(shown, apart), note]))
    return [figures(shown.selection, found, note)]


@dataclass(frozen=True)
class _Kept:
    """The pictures of one unit."""

    selection: Selection
    asked_pictures: list[PictureQuestion]
    sides: Sides

    @property
    def drawn(self) -> list[Drawn]:
        return [each for each in self.sides if each]


def _apart_in_words(shown: Gallery, apart: Iterable[tuple[str, PairDistance]]) -> str:
    """Whose two pictures differ more than those of two halves of the reference; empty where it is known of none."""
    known = [(called, distance.apart) for called, distance in apart if distance.known]
    if not known:
        return ""
    further, no_further = ([called for called, more in known if more is which] for which in (True, False))
    others = f"; no further: {in_a_row(no_further)}" if no_further else ""
    reference = shown.selection.study.reference
    return f"Further apart than the pictures of two halves of {reference}: {in_a_row(further) or 'none'}{others}."


def _offer(shown: Gallery, kept: Kept, one: str, *, told: bool) -> Panel | None:
    """What draws the side that figures lack, else the first units of the order that have no picture."""
    study = shown.selection.study
    there = [unit for unit in shown.order if any(unit in own for own in kept.values())][:MOST]
    first = list(shown.order[:MOST])
    asked = [(name, units) for units in (there, first) for name in kept if study[name].samples.pictured.any()]
    for name, units in asked:
        lacking = [unit for unit in units if unit not in kept[name]][:AT_ONCE]
        if lacking:
            break
    else:
        return None
    several = f"pictures of {counted(len(lacking), one, count)}"
    form = drawing_form(
        study,
        f"Draw {several}",
        f"{'Those above' if units is there else 'The first ones in this order'} without a picture with the colours of "
        f"{name}: {', '.join(map(shown.called, lacking))}.",
        parameters={
            "layer": shown.layer,
            "unit": lacking[0],
            "units": " ".join(map(str, lacking[1:])),
            "method": USUAL_METHOD,
            "dataset": name,
        },
        page=shown.page,
        datasets=(name,),
        believe=False,
    )
    if form or not told:
        return form
    title = f"This command draws and keeps {several} with the colours of {name}"
    return Code(title, _command(shown, name, lacking))


def _command(shown: Gallery, dataset: str, units: Sequence[int]) -> str:
    study = shown.selection.study
    words = [*at_unit("visualise", study, shown.layer), "--units", *map(str, units)]
    return draft_line(study, dataset, *words, "--method", USUAL_METHOD, "--dataset", dataset)
