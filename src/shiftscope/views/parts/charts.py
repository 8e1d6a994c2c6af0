"""What several charts share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Rows
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.number_text import all_exact
from shiftscope.views.parts.sets.shown_sets import shown_sets

COLOURS = 7  # that can be told apart
MANY = 600  # points; from here on they are smaller


def by_dataset(selection: Selection, shown: Sequence[str] | None = None) -> dict[str, Any]:
    """Colour by dataset: the baseline's and the focus's are theirs alone; the legend has those `shown`, or those that
    pages show."""
    legend = shown_sets(selection) if shown is None else shown
    return {
        "field": "dataset",
        "type": "nominal",
        "scale": {"domain": _with_colour(selection, legend)},
        "legend": {"values": list(legend), "orient": "top", "title": None, "symbolOpacity": 1},
    }


def _with_colour(selection: Selection, shown: Sequence[str]) -> list[str]:
    """Baseline and focus, then all sets, so that each has its colour in every chart; of many those that are shown."""
    every = selection.ordered()
    return list(dict.fromkeys([*selection.pair, *(every if len(every) <= COLOURS else shown)]))


def told_apart(study: StoredStudy, categories: Sequence[int]) -> dict[int, str]:
    """Names by category, with the number behind those that share one: they would share a bar."""
    alike = Counter(study.categories)
    return {c: n if alike[n := category_name(study, c)] == 1 else f"{n} ({c})" for c in categories}


def point_size(points: int) -> int:
    """Area of each of so many points, in square pixels."""
    return 45 if points < MANY else 16


def unit_points(
    selection: Selection,
    units: npt.NDArray[np.intp],
    passing: npt.NDArray[np.bool_],
    **numbers: npt.NDArray[np.float64],
) -> Rows:
    """A point for each of some units: its number, `numbers` of the same order, its page, whether it passes."""
    before, _, after = selection.unit(0).partition("/units/0")
    named = tuple((name, np.asarray(values, np.float64).tobytes()) for name, values in numbers.items())
    passed = np.asarray(passing[units], bool).tobytes()
    return _unit_points(f"{before}/units/", after, np.asarray(units, np.int64).tobytes(), passed, named)


@lru_cache(maxsize=32)  # half a megabyte each at 2,048 units
def _unit_points(
    before: str, after: str, units: bytes, passing: bytes, named: tuple[tuple[str, bytes], ...]
) -> Rows:
    """Made once for all pages of a layer that draw the same points."""
    shown: list[int] = np.frombuffer(units, np.int64).tolist()
    return Rows(
        {
            "unit": shown,
            **{name: all_exact(np.frombuffer(values)) for name, values in named},
            "page": [f"{before}{unit}{after}" for unit in shown],
            "passes": np.frombuffer(passing, bool).tolist(),
        }
    )
