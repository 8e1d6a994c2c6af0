"""Significant paths of a linear map: how far apart its categories are, how mixed, and what the shift did to both."""

from __future__ import annotations

from shiftscope.counted import counted
from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.paths.counting.rules import DEFAULT
from shiftscope.explain.paths.measures.frequencies import EPS, Smoothing
from shiftscope.explain.paths.paths import ALL, countable, shifts
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Choice, Link, Message, Page
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection, Sets
from shiftscope.views.page.view import view
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.worst_set import worst_set
from shiftscope.views.paths.path_choice import AT, PathChoice
from shiftscope.views.paths.path_order import Order
from shiftscope.views.paths.sentences import apart_in_words, moved_in_words
from shiftscope.views.paths.shown_paths import Scale, ShownPaths

TITLE = "Significant paths"


@view(AT, menu="Significant paths")
def paths(
    study: StoredStudy,
    *,
    map: str | None = None,
    rule: str = DEFAULT,
    smoothing: Smoothing = "clip",
    eps: float = EPS,
    order: Order = "given",
    scale: Scale = "own",
    category: int | None = None,
    log: bool = False,
    baseline: str | None = None,
    focus: str | None = None,
    layer: str | None = None,
    sets: Sets = None,
) -> Page:
    """Divergences between categories, their entropies, and how often paths are significant, in each dataset.

    Parameters
    ----------
    order
        Of the categories in the matrices: as given, or near ones beside one another.
    scale
        "same" colours all matrices by one scale.
    category
        Whose path frequencies are drawn; all together where not given.
    log
        Draw numbers of paths on a logarithmic scale.
    """
    selection = Selection.at(study, layer, baseline, focus, sets)
    selection = selection.focused_on(worst_set(selection))
    trail = [Link(study.name, selection.overview())]
    if not study.maps:
        return Page(TITLE, [_no_map()], trail)
    chosen = PathChoice.at(selection, paths, map, rule, smoothing, eps)
    at = chosen.address(AT, order=order, scale=scale, category=category, log=log)
    if category is not None and not 0 <= category <= len(study.categories):
        raise BadRequest(f"category={category}; from 0 to {len(study.categories)}, the last meaning {ALL}.")
    choices = chosen.choices(at)
    subtitle = (
        f"{chosen.linear.name}: {counted(len(chosen.linear.weight), 'output', count)}, "
        f"{counted(chosen.columns, 'path', count)} each. A path is significant where "
        f"{chosen.settings.rule.formula}; {chosen.settings.frequencies.in_words()}."
    )
    if selection.baseline not in chosen.statistics:
        return Page(TITLE, [_not_counted(chosen)], trail, choices=choices, subtitle=subtitle)
    shown = ShownPaths(chosen, at, order, scale, category, log)
    return Page(
        TITLE,
        panels_of(shown),
        trail,
        choices=[*choices, *_choices(shown)],
        subtitle=subtitle,
        sentence=_sentence(shown),
    )


def _sentence(shown: ShownPaths) -> str:
    """What moved in the set beside the baseline, or how far apart categories are where there is none."""
    baseline, against = shown.selection.baseline, shown.against
    if shown.followed == baseline:
        return apart_in_words(baseline, against.mean_kl.value, against.floor.value)
    moved, usual, _ = shifts(shown.here, against)
    return moved_in_words(shown.followed, baseline, shown.chosen.names()[:-1], moved[:-1], usual[:-1])


def _no_map() -> Message:
    return Message(
        "No linear map is stored",
        "The model ends in none, or the layer before it was not recorded. Record into a new study with "
        "paths=[...], the names of linear layers or convolutions (shiftscope record --paths).",
    )


def _not_counted(chosen: PathChoice) -> Message:
    try:
        countable(chosen.selection.study, chosen.selection.baseline)
    except NotInStudy as error:
        return Message("Paths cannot be counted", str(error))
    return Message("Not counted yet", f"Paths are counted once, then stored in the study: {chosen.command}")


def _choices(shown: ShownPaths) -> list[Choice]:
    """Menus of how matrices and frequencies are drawn."""
    at = shown.at
    orders: dict[Order, str] = {"given": "as given", "likeness": "by likeness"}
    scales: tuple[Scale, ...] = ("own", "same")
    counted = [Link("evenly", at(log=False)), Link("log", at(log=True))]
    return [
        Choice(
            "Categories", [Link(text, at(order=one)) for one, text in orders.items()], orders[shown.order]
        ),
        Choice("Colour scales", [Link(one, at(scale=one)) for one in scales], shown.scale),
        _whose(shown),
        Choice("Paths counted", counted, counted[shown.log].text),
    ]


def _whose(shown: ShownPaths) -> Choice:
    """Whose frequencies the chart shows; of many categories the first ones, the others by the address."""
    names, category = shown.chosen.names(), shown.category
    last = len(names) - 1
    offered = [last, *range(min(last, 30))]
    if category is not None and category not in offered:
        offered.append(category)
    links = [Link(names[one], shown.at(category=None if one == last else one)) for one in offered]
    return Choice("Frequencies of", links, names[last if category is None else category])
