"""Where one list of categories stands in another, and the order of those that nobody put in order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from shiftscope.category_names import alike, in_order, once
from shiftscope.errors import DataError, closest

SHOWN = 5  # pairs in an error


def category_places(own: Sequence[str], categories: Sequence[str]) -> npt.NDArray[np.int64]:
    """(own category,) the index in `categories` that each of a source's own categories has.

    By name where every name is among `categories`: a shifted set may have fewer, in another order. By position only
    where no name of either list is found in the other, and there are as many: "0 - zero" and "zero" are two ways to
    write one category.

    Raises
    ------
    DataError
        Some names are found and others are not, or there are not as many.
    """
    places = places_by_name(own, categories)
    found = [place for place in places if place is not None]
    if len(found) == len(own) == len(set(found)):
        return np.array(found, dtype=np.int64)
    same = [*map(alike, own)] == [*map(alike, categories)]  # two cranes among them
    if not (same or by_position(own, categories)):
        raise DataError(
            f"the data has {len(own)} categories of its own, and {len(categories)} are asked for; "
            f"{_disagreement(own, categories, places)}. Rename its categories, or give labels= in terms of yours."
        )
    return np.arange(len(own), dtype=np.int64)


def by_position(own: Sequence[str], categories: Sequence[str]) -> bool:
    """Whether nothing but their number says which category is which."""
    strangers = not set(map(alike, own)) & set(map(alike, categories))
    return strangers and len(own) == len(categories) and not all(map(_is_number, own))


def told_by_position(own: Sequence[str], categories: Sequence[str]) -> list[str]:
    """A sentence where categories are taken by their places, to be told."""
    if not by_position(own, categories):
        return []
    return [f"its categories are taken by their places: {in_order(own)}."]


def places_by_name(own: Sequence[str], categories: Sequence[str]) -> list[int | None]:
    """(own category,) the place in `categories` of the one of that name, None where there is none or several.

    Names count as the same as `alike` says, unless one is exactly the same. Where none is found and all are whole
    numbers, these are the places.
    """
    exactly, nearly = once(categories), once([*map(alike, categories)])
    places = [exactly.get(name, nearly.get(alike(name))) for name in own]
    if all(map(_is_number, own)) and not set(map(alike, own)) & set(map(alike, categories)):
        return [number if (number := _number(name)) < len(categories) else None for name in own]
    return places


def folder_order(names: Sequence[str], where: str) -> tuple[str, ...]:
    """Names of folders as categories: those that are whole numbers by number, others in the order of their text.

    Raises
    ------
    DataError
        Whole numbers that do not count from 0, so that they may or may not be the places of the logits.
    """
    if not all(map(_is_number, names)):
        return tuple(sorted(names))
    ordered = sorted(names, key=_number)
    if [*map(_number, ordered)] != [*range(len(ordered))]:
        some = ", ".join(map(repr, ordered[:SHOWN]))
        raise DataError(
            f"the folders of {where} are called {some}{', ...' * (len(names) > SHOWN)}: numbers that do not count the "
            "logits from 0 without a gap. Say which category is which: give the names in the order of the logits, "
            "categories=[...]."
        )
    return tuple(ordered)


def check_order_of_numbers(names: Sequence[str], what: str) -> None:
    """Raise `DataError` where names are 0, 1, 2 and so on in another order, as text is sorted: 0, 1, 10, 11, 2."""
    if not all(map(_is_number, names)):
        return
    numbers = [*map(_number, names)]
    if numbers != sorted(numbers) == [*range(len(numbers))]:
        odd = next(place for place, number in enumerate(numbers) if place != number)
        raise DataError(
            f"{what} call category {odd} {names[odd]!r}. Where the model was trained on these very labels, give the "
            "names in this order, categories=list(...); where the names are the places of the logits, give "
            f"categories=[str(k) for k in range({len(numbers)})]."
        )


def _is_number(name: str) -> bool:
    return alike(name).isdecimal()


def _number(name: str) -> int:
    return int(alike(name))


def _disagreement(own: Sequence[str], categories: Sequence[str], places: Sequence[int | None]) -> str:
    strange = [name for name, place in zip(own, places, strict=True) if place is None]
    found = [
        f"{name!r}, {at} there, is {place} here"
        for at, (name, place) in enumerate(zip(own, places, strict=True))
        if place is not None
    ]
    told = [
        f"{name!r} is {'the name of several' if alike(name) in map(alike, categories) else 'not one'} of them, "
        f"closest: {closest(name, categories)}"
        for name in strange[:SHOWN]
    ]
    more = [f"{len(strange) - SHOWN:,} more are not"] if len(strange) > SHOWN else []
    rest = [f"{len(found) - SHOWN:,} more are found"] if len(found) > SHOWN else []
    return "; ".join([*told, *more, *found[:SHOWN], *rest])
