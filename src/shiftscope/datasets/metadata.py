"""What is known about samples besides their labels: ids, and columns of plain values."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from shiftscope.category_names import alike
from shiftscope.checked_text import checked_text
from shiftscope.errors import DataError, closest

# Not taken without being asked for, but told of where a set would have no labels otherwise.
LABEL_LIKE = (
    *(
        "labels",
        "class",
        "classes",
        "category",
        "categories",
        "target",
        "targets",
        "y",
        "truth",
        "ground_truth",
    ),
    *("class_name", "class_index", "class_id", "label_name", "label_id", "category_id", "fine_label"),
)

Plain = str | int | float | bool | None


def plain(value: Any) -> Plain:
    """The value as one of Python's own scalars; anything else as text."""
    if isinstance(value, np.generic) or (
        hasattr(value, "ndim") and hasattr(value, "item") and value.ndim == 0
    ):
        value = value.item()
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def is_scalar(value: Any) -> bool:
    return (
        value is None
        or isinstance(value, (str, int, float, bool, np.generic))
        or getattr(value, "ndim", 1) == 0
    )


def metadata_columns(metadata: Any, count: int) -> dict[str, list[Plain]]:
    """Plain values by column, from a mapping of columns or a data frame.

    Raises
    ------
    DataError
        A column whose length is not the number of samples, or text that no file can hold.
    """
    if metadata is None:
        return {}
    if not isinstance(metadata, Mapping) and not hasattr(metadata, "columns"):
        raise DataError(
            f"metadata of type {type(metadata).__name__}; it takes columns by name, or a data frame."
        )
    columns = {str(name): [plain(value) for value in values] for name, values in metadata.items()}
    for name, values in columns.items():
        if len(values) != count:
            raise DataError(f"the metadata column {name!r} has {len(values)} values for {count} samples.")
        checked_text(name, "the name of a metadata column,")
        for position, value in enumerate(values):
            if isinstance(value, str):
                checked_text(value, f"the metadata {name!r} of sample {position},")
    return columns


def sample_ids(ids: Any, count: int) -> Sequence[str]:
    """The ids as text, positions counted from 0 where there are none.

    Raises
    ------
    DataError
        Not one for each sample, two the same, or text that no file can hold.
    """
    if ids is None:
        return [str(position) for position in range(count)]
    names = [str(name) for name in (ids.tolist() if hasattr(ids, "tolist") else ids)]
    if len(names) != count:
        raise DataError(f"{len(names)} ids for {count} samples.")
    first: dict[str, int] = {}
    for position, name in enumerate(names):
        checked_text(name, f"the id of sample {position},")
        if first.setdefault(name, position) != position:
            raise DataError(
                f"samples {first[name]} and {position} have the same id {name!r}; ids have to differ. "
                "Give ids of your own, or none to count from 0."
            )
    return names


def find_name(names: Collection[Any], wanted: Sequence[str]) -> str:
    """The first of some names that is among `names`, exactly or else but for case and blanks; "" where none is.

    Raises
    ------
    DataError
        Several are the same but for case and blanks.
    """
    for name in wanted:
        if name in names:
            return name
    for name in wanted:
        found = [other for other in names if isinstance(other, str) and alike(other) == alike(name)]
        if len(found) > 1:
            raise DataError(
                f"{' and '.join(map(repr, found))} may each be meant by {name!r}: they differ only in case and blanks. "
                "Rename all but one."
            )
        if found:
            return found[0]
    return ""


def label_like(names: Collection[str]) -> str:
    """The name that looks most like one of labels; "" where none does."""
    usual = (name for like in LABEL_LIKE for name in names if alike(name) == like)
    return next(usual, "") or next(iter(difflib.get_close_matches("label", names, n=1)), "")


def told_without_labels(names: Collection[str], what: str = "column", like: str = "") -> str:
    """The sentence for a set whose labels were looked for and not found, with the name that looks most like one."""
    like = like or label_like(names)
    hint = f"; {like!r} looks like one, and is taken with ss.dataset(..., label={like!r})" if like else ""
    return f"no {what} of labels was found{hint}."


def column_named(
    names: Collection[str],
    option: str,
    asked: str | None,
    usual: Sequence[str] = (),
    *,
    what: str = "column",
    where: str = "",
    needed: bool = True,
) -> str:
    """The name asked for with `option`, or the first of the usual names that is there; "" if none need be.

    A name that differs only in case and blanks is taken where none is exactly the same.

    Raises
    ------
    DataError
        The one asked for is not there, or none of the usual ones is and it is needed; or several differ only so.
    """
    if found := find_name(names, usual if asked is None else [asked]):
        return found
    if asked is None and not needed:
        return ""
    wanted = f"none of {', '.join(usual)}" if asked is None else f"no {what} {asked!r}"
    alike = "" if asked is None else f"; closest: {closest(asked, names)}"
    raise DataError(
        f"{wanted}{where and ' in '}{where}{alike}. There are: {', '.join(names)}. "
        f'Name the {what} to take: ss.dataset(..., {option}="...").'
    )
