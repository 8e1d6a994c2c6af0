"""What a chart's specification needs before it can stand in a page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from shiftscope.web.addresses import Addresses

AS_IT_IS = {str, int, bool, type(None)}
AXES_HEIGHT = 50  # pixels that axis, labels and title take below the plot


def prepared(spec: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    """A copy in plain JSON values, in which `page` of each datum is an address that can be followed.

    A number that is not finite becomes null, which Vega-Lite leaves out of the drawing.
    """
    plain = _plain(spec, addresses)
    assert isinstance(plain, dict)
    return plain


def height(spec: Mapping[str, Any]) -> int:
    """Room to keep for a chart that is not drawn yet, in pixels."""
    stated = spec.get("height")
    return (stated if isinstance(stated, int) else 220) + AXES_HEIGHT


def _plain(value: Any, addresses: Addresses) -> Any:
    if isinstance(value, dict | Mapping):  # a dict is told at once, the others slowly
        plain = {
            # Most of a chart are thousands of these.
            str(key): item
            if (kind := type(item)) in AS_IT_IS or (kind is float and math.isfinite(item))
            else _plain(item, addresses)
            for key, item in value.items()
        }
        if isinstance(plain.get("page"), str):
            plain["page"] = addresses.page(plain["page"])
        return plain
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist(), addresses)
    if isinstance(value, list | tuple):
        return [_plain(item, addresses) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
