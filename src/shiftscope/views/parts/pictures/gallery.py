"""Pictures of many units side by side, or of the categories' logits: those that are kept, and what draws the next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shiftscope.counted import counted
from shiftscope.explain.visualisation.picture_question import USUAL_METHOD, PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import asked_pictures, read_picture
from shiftscope.views.page.panels import Code, Compared, Fold, ImageStrip, Panel, Picture
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.made_pictures import side_of
from shiftscope.views.parts.pictures.pictures import role
from shiftscope.views.parts.pictures.several_pictures import kept_several, several_of_each
from shiftscope.views.parts.pictures.visualising import at_unit, draft_line, drawing_form

MOST = 24  # pictures of one set
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
    strips = [_strip(shown, name, kept[name]) for name in sets_of(shown.selection)]
    strips = [strip for strip in strips if strip.pictures]
    panels: list[Panel] = [Compared("", strips, NOTE)] if strips else []
    if several := several_of_each(shown.selection, in_parts, key, called=shown.called, page_of=shown.page_of):
        panels.append(several)
    if offer := _offer(shown, kept, one, told=told or bool(panels)):
        panels.append(offer)
    if not panels:
        return None
    drawn = len(
        {unit for units in kept.values() for unit in units} | {question.unit for question, _ in in_parts}
    )
    says = (
        f"{count(drawn)} of {counted(len(shown.order), one, count)} drawn" if drawn else "none is drawn yet"
    )
    return Fold(title, says, panels, key)


def sets_of(selection: Selection) -> list[str]:
    """Baseline and focus; one where they are the same."""
    return list(dict.fromkeys([selection.baseline, selection.focus]))


def kept_of(selection: Selection, asked: Iterable[PictureQuestion], units: Collection[int]) -> Kept:
    """What is asked with the colours of baseline or focus: of several MACO, of these that of most steps."""
    found: dict[str, dict[int, PictureQuestion]] = {name: {} for name in sets_of(selection)}
    wanted = set(units)
    for each in asked:
        own = found.get(each.dataset)
        if own is None or each.unit not in wanted or not each.plain:
            continue
        if each.unit not in own or _rank(each) > _rank(own[each.unit]):
            own[each.unit] = each
    return found


def _rank(question: PictureQuestion) -> tuple[bool, int]:
    return question.method == USUAL_METHOD, question.steps


def _strip(shown: Gallery, name: str, kept: Mapping[int, PictureQuestion]) -> ImageStrip:
    """The first ones in the order; one that is damaged is left out."""
    study = shown.selection.study
    pictures: list[Picture] = []
    for unit in shown.order:
        if len(pictures) == MOST:
            break
        if unit in kept and (found := read_picture(study, kept[unit])):
            picture = side_of(study, kept[unit], found, "picture")
            pictures.append(replace(picture, page=shown.page_of(unit), caption=shown.called(unit)))
    more = len(kept) - len(pictures)
    note = f"and {count(more)} more" if more > 0 else ""
    return ImageStrip(f"with the colours of {name}", pictures, role(shown.selection, name), note=note)


def _offer(shown: Gallery, kept: Kept, one: str, *, told: bool) -> Panel | None:
    """For the first units of the order that lack a picture, in the first set where some do."""
    study = shown.selection.study
    for name in sets_of(shown.selection):
        lacking = [unit for unit in shown.order[:MOST] if unit not in kept[name]][:AT_ONCE]
        if lacking and study[name].samples.pictured.any():
            break
    else:
        return None
    several = counted(len(lacking), one, count)
    form = drawing_form(
        study,
        f"Draw {several}",
        f"The first ones in this order that lack a picture with the colours of {name}: "
        f"{', '.join(map(shown.called, lacking))}.",
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
    return Code(f"This command draws and keeps {several}", _command(shown, name, lacking))


def _command(shown: Gallery, dataset: str, units: Sequence[int]) -> str:
    study = shown.selection.study
    words = [*at_unit("visualise", study, shown.layer), "--units", *map(str, units)]
    return draft_line(study, dataset, *words, "--method", USUAL_METHOD, "--dataset", dataset)
