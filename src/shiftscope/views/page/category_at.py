"""Categories as addresses name them: by number, or by name."""

from __future__ import annotations

import re

from shiftscope.category_names import alike
from shiftscope.errors import BadRequest, NotInStudy, closest
from shiftscope.store.stored_study import StoredStudy

_NUMBER = re.compile(r"[0-9]{1,18}")


def category_at(study: StoredStudy, asked: int | str) -> int:
    """The category with this number or this name.

    A number is the place of a category; where there is no such place it may be a name. A name need not be in the same
    case.

    Raises
    ------
    NotInStudy
        There is no such category.
    BadRequest
        Several categories have this name.
    """
    if isinstance(asked, int):
        return study.check_category(asked)
    if _NUMBER.fullmatch(asked) and int(asked) < len(study.categories):
        return int(asked)
    found = _named(study, asked)
    if len(found) > 1:
        places = " and ".join(map(str, found))
        raise BadRequest(f"{len(found)} categories are named {asked!r}: {places}. Write the number instead.")
    if found:
        return found[0]
    if _NUMBER.fullmatch(asked):
        return study.check_category(int(asked))
    raise NotInStudy(
        f"no category {asked[:80]!r}; closest: {closest(asked[:80], study.categories)}. Numbers from 0 to "
        f"{len(study.categories) - 1} are understood too."
    )


def pair_at(study: StoredStudy, actual: int | str, predicted: int | str) -> tuple[int, int]:
    """Two categories of an address, whose names may hold the slash that stands between them.

    Raises
    ------
    NotInStudy, BadRequest
        As `category_at`; or the slashes can be read in two ways.
    """
    if isinstance(actual, int) or isinstance(predicted, int):
        return category_at(study, actual), category_at(study, predicted)
    parts = f"{actual}/{predicted}".split("/")
    splits = [("/".join(parts[:at]), "/".join(parts[at:])) for at in range(1, len(parts))]
    if len(splits) > 1:
        splits = [pair for pair in splits if all(_known(study, name) for name in pair)] or splits[-1:]
    if len(splits) > 1:
        ways = " or ".join(f"{a!r} and {b!r}" for a, b in splits)
        raise BadRequest(f"{actual}/{predicted} can be read as {ways}. Write the numbers instead.")
    (first, second), *_ = splits
    return category_at(study, first), category_at(study, second)


def _known(study: StoredStudy, name: str) -> bool:
    is_place = _NUMBER.fullmatch(name) and int(name) < len(study.categories)
    return bool(is_place or _named(study, name))


def _named(study: StoredStudy, name: str) -> list[int]:
    """Places of the categories with this name, or of those that are alike but for case where none has it."""
    exact = [place for place, each in enumerate(study.categories) if each == name]
    wanted = alike(name)
    return exact or [place for place, each in enumerate(study.categories) if alike(each) == wanted]
