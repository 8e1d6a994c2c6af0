"""What several charts share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from shiftscope.store.study_files import StudyFiles
from shiftscope.views.look import Look
from shiftscope.views.pictures import category_name

MANY = 600  # points; from here on they are smaller


def by_dataset(look: Look, shown: Sequence[str] | None = None) -> dict[str, Any]:
    """Colour by dataset, the same in every chart; the legend has those `shown`, or all."""
    return {
        "field": "dataset",
        "type": "nominal",
        "scale": {"domain": look.ordered()},
        "legend": {
            **({} if shown is None else {"values": shown}),
            "orient": "top",
            "title": None,
            "symbolOpacity": 1,
        },
    }


def told_apart(study: StudyFiles, categories: Sequence[int]) -> dict[int, str]:
    """Names by category, with the number behind those that share one: they would share a bar."""
    alike = Counter(study.categories)
    return {c: n if alike[n := category_name(study, c)] == 1 else f"{n} ({c})" for c in categories}


def point_size(points: int) -> int:
    """Area of each of so many points, in square pixels."""
    return 45 if points < MANY else 16


def unit_pages(look: Look, units: list[int]) -> list[str]:
    """Addresses of units, which differ in the number alone; written once, as there may be thousands."""
    before, _, after = look.unit(0).partition("/units/0")
    return [f"{before}/units/{unit}{after}" for unit in units]
