"""One unit, and the images that move it most in each dataset."""

from __future__ import annotations

from typing import get_args

from shiftscope.store.notes import UnitNote
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Choice, Link, Page, Words
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection, Sets
from shiftscope.views.page.view import view
from shiftscope.views.parts.changed.interventions import interventions
from shiftscope.views.parts.pictures.pictures import Place
from shiftscope.views.parts.sets.sets_choice import sets_choice
from shiftscope.views.parts.sets.two_sets import refusal, two_sets
from shiftscope.views.parts.units.unit_images import FEW, MOST, NAMES, Show
from shiftscope.views.unit.maps.chosen_maps import method_of
from shiftscope.views.unit.shown_unit import ShownUnit
from shiftscope.views.unit.unit_order import UnitOrder, walk_choice
from shiftscope.views.unit.unit_sentence import unit_lede, unit_sentence


@view("layers/{layer}/units/{index}")
def unit(
    study: StoredStudy,
    layer: str,
    index: int,
    *,
    baseline: str | None = None,
    focus: str | None = None,
    sets: Sets = None,
    show: Show = "top",
    images: int = FEW,
    start: int = 0,
    seed: int = 0,
    place: Place = "box",
    method: str = "",
    image: str = "",
    sort: str | None = None,
    ascending: bool = False,
    where: str = "",
) -> Page:
    """One unit: what it answered to in the baseline, and what it answers to in the focus.

    Parameters
    ----------
    focus
        By default the set that loses most accuracy.
    method
        Whose maps are shown, of those that are kept.
    image
        Whose map is taken apart by scales: dataset and position, as lab:17.
    """
    asked = Selection.at(study, layer, baseline, focus, sets)
    selection = two_sets(asked)
    study.layer(layer).check(index)
    images, start, seed = max(1, min(images, MOST)), max(0, start), max(0, seed)
    units = f"{selection.at_layer(layer)}/units"
    maps = {"place": place, "method": method, "image": image}
    options = {"show": show, "images": images, "start": start, "seed": seed, **maps}
    at = PageAddress(
        selection,
        f"{units}/{index}",
        unit,
        {"layer": None, **options, "sort": sort, "ascending": ascending, "where": where},
    )
    refused = refusal(asked, selection)
    shown = ShownUnit(selection, layer, index, at, show, images, start, seed, place, refused, method, image)
    order = UnitOrder.through(selection, layer, index, sort, ascending=ascending, where=where)
    before, after = order.neighbours(
        lambda other: selection.page(f"{units}/{other}", **at.asked(start=0, image=""))
    )
    sentence, lede = _idea(shown)
    return Page(
        title=f"{layer}, unit {index}",
        subtitle=_written(shown),
        trail=[Link(study.name, selection.overview()), Link(f"Layer {layer}", selection.layer_page(layer))],
        panels=shown.gate.passed(panels_of(shown)),
        sentence=sentence,
        lede=lede,
        previous=before,
        next=after,
        choices=[
            *selection.two_set_choices(at.path, **at.asked()),
            Choice("Images", [Link(NAMES[s], at(show=s, start=0)) for s in NAMES], NAMES[show]),
            *_places(shown),
            *_seeds(at, show, seed),
            *_methods(shown),
            *sets_choice(selection, at),
            walk_choice(study, lambda sort: at(sort=sort, ascending=False), sort, where),
        ],
        related=interventions(selection, layer, [index], "Silence this unit"),
    )


def _idea(shown: ShownUnit) -> tuple[str, Words]:
    """The heading and its numbers: what the unit answers to, unless that is not to be read."""
    if shown.selection.incomparable:
        return shown.selection.incomparable, ""
    return shown.gate.stated or (unit_sentence(shown), unit_lede(shown))


def _written(shown: ShownUnit) -> str:
    note = shown.note
    return " · ".join(filter(None, [note.label, *sorted(note.tags)])) if isinstance(note, UnitNote) else ""


def _places(unit: ShownUnit) -> list[Choice]:
    recordings = [unit.study[name] for name in unit.pair]
    there = any(recording.map_geometry(unit.layer) for recording in recordings)
    if unit.show != "top" or not (there or any(each.of_pictures for each in unit.maps)):
        return []
    options = [Link(place, unit.at(place=place)) for place in get_args(Place)]
    return [Choice("Place", options, unit.place, "Where in an image the unit responds most.")]


def _methods(unit: ShownUnit) -> list[Choice]:
    names = sorted({each.question.method for each in unit.maps})
    if len(names) < 2:
        return []
    options = [Link(name, unit.at(method=name, image="")) for name in names]
    return [Choice("Maps", options, method_of(unit), "The method of the maps under Where it looks.", True)]


def _seeds(at: PageAddress, show: Show, seed: int) -> list[Choice]:
    if show == "top":
        return []
    draws = [Link(f"{s}", at(seed=s)) for s in range(seed, seed + 3)]
    return [Choice("Seed", draws, f"{seed}", "Draws which images come, the same ones each time.")]
