"""What other libraries' datasets give for one sample, taken apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shiftscope.datasets.metadata import Plain, find_name, is_scalar, plain
from shiftscope.errors import DataError

INPUT_KEYS = ("image", "pixel_values", "input", "x")
LABEL_KEYS = ("label", "labels", "y")

Parsed = tuple[Any, Any, dict[str, Plain]]  # input, label, metadata


def parse_item(item: Any) -> Parsed:
    """Input, label and metadata of `(input, label)`, `(input, label, dict)`, a mapping or a bare input.

    Raises
    ------
    DataError
        Another form.
    """
    if isinstance(item, Mapping):
        return parse_mapping(item, INPUT_KEYS, LABEL_KEYS)
    if not isinstance(item, (tuple, list)):
        return item, None, {}
    if len(item) == 1:
        return item[0], None, {}
    if len(item) == 2:
        return item[0], item[1], {}
    if len(item) == 3 and isinstance(item[2], Mapping):
        return item[0], item[1], scalars(item[2])
    raise DataError(
        f"the dataset gives {type(item).__name__}s of {len(item)}. It should give (input, label), "
        "(input, label, dict), a dict or a bare input."
    )


def parse_mapping(item: Mapping[str, Any], input_keys: Sequence[str], label_keys: Sequence[str]) -> Parsed:
    """The first of each list of keys that is there, but for case and blanks; every other scalar is metadata."""
    input_key, label_key = find_name(item, input_keys), find_name(item, label_keys)
    if not input_key:
        raise DataError(
            f"the dataset gives dicts with {', '.join(map(str, item))}; none is {', '.join(input_keys)}."
        )
    rest = {key: value for key, value in item.items() if key not in (input_key, label_key)}
    return item[input_key], item[label_key] if label_key else None, scalars(rest)


def scalars(values: Mapping[str, Any]) -> dict[str, Plain]:
    return {str(name): plain(value) for name, value in values.items() if is_scalar(value)}
