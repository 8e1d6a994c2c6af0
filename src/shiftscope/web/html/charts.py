"""What a chart's specification needs before it can stand in a page."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from shiftscope.views.page.panels import Rows
from shiftscope.web.html.addresses import Addresses

AS_IT_IS = {str, int, bool, type(None)}
AXES_HEIGHT = 50  # pixels that axis, labels and title take below the plot


def prepared(spec: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    """A copy in plain JSON values, in which `page` of each datum is an address that can be followed.

    A number that is not finite becomes null, which Vega-Lite leaves out of the drawing.
    """
    plain = _plain(spec, addresses)
    assert isinstance(plain, dict)
    return plain


def packed(spec: Mapping[str, Any], addresses: Addresses) -> Markup:
    """As `prepared`, as JSON that may stand in a page, but rows of the same names as one list for each name: half
    of the text for thousands of units.

    charts.js makes rows of them again.
    """
    rows = spec.get("data", {}).get("values", [])
    if isinstance(rows, Rows):
        data = ",".join(f"{_json(name)}:{_column(rows, name, addresses)}" for name in rows.columns)
        parts: dict[str, str] = {
            name: _json(value) for name, value in prepared({**spec, "data": {}}, addresses).items()
        }
        parts["data"] = f'{{"columns":{{{data}}}}}'
        return Markup("{" + ",".join(f"{_json(name)}:{text}" for name, text in parts.items()) + "}")
    names = rows[0].keys() if rows else []
    if not names or any(row.keys() != names for row in rows):
        return _json(prepared(spec, addresses))
    columns = {name: [row[name] for row in rows] for name in names}
    if "page" in columns:
        columns["page"] = [addresses.page(page) for page in columns["page"]]
    return _json(prepared({**spec, "data": {"columns": columns}}, addresses))


_written: WeakKeyDictionary[Rows, dict[str, str]] = WeakKeyDictionary()


def _column(rows: Rows, name: str, addresses: Addresses) -> str:
    """One list as JSON, written once for as long as its view keeps the rows; but for addresses, which depend on the
    page."""
    column = rows.columns[name]
    if name == "page":
        return _json([addresses.page(page) for page in column])
    written = _written.setdefault(rows, {})
    if name not in written:
        written[name] = _json(_each_plain(column, addresses))
    return written[name]


def _json(value: Any) -> Markup:
    return htmlsafe_json_dumps(value, allow_nan=False, separators=(",", ":"))


def height(spec: Mapping[str, Any]) -> int:
    """Room to keep for a chart that is not drawn yet, in pixels."""
    stated = spec.get("height")
    return (stated if isinstance(stated, int) else 220) + AXES_HEIGHT


def _plain(value: Any, addresses: Addresses) -> Any:
    if isinstance(value, dict | Mapping):  # a dict is told at once, the others slowly
        plain = dict(zip(map(str, value), _each_plain(value.values(), addresses), strict=True))
        if isinstance(plain.get("page"), str):
            plain["page"] = addresses.page(plain["page"])
        return plain
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist(), addresses)
    if isinstance(value, Rows):
        return _each_plain(list(value), addresses)
    if isinstance(value, list | tuple):
        return _each_plain(value, addresses)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _each_plain(values: Collection[Any], addresses: Addresses) -> list[Any]:
    """Most of the thousands in a chart are plain already: told of all at once, else of each in place."""
    kinds = set(map(type, values))
    if kinds <= AS_IT_IS or (kinds == {float} and all(map(math.isfinite, values))):
        return list(values)
    return [
        value
        if (kind := type(value)) in AS_IT_IS or (kind is float and math.isfinite(value))
        else _plain(value, addresses)
        for value in values
    ]
