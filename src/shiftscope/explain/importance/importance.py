"""Which features decide which category, as a person asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from shiftscope.explain.fit_under_shift.states import states_in_a_line
from shiftscope.explain.importance.set_importance import SetImportance
from shiftscope.percent import whole_percent

if TYPE_CHECKING:
    import pandas as pd

EXACT, GRADIENT, SOBOL = METHODS = ("exact", "gradient_x_code", "sobol")
MEASURED_IN = {EXACT: "logits", GRADIENT: "logits", SOBOL: "share of the logit's variance under masks"}
FIRST = 3  # features of a category that are named


@dataclass(frozen=True, eq=False)
class Importance:
    """The features of one derived layer, for each category of each dataset."""

    layer: str
    method: str
    reference: str  # name of the dataset of which the held-out half counts
    categories: tuple[str, ...]
    sets: Mapping[str, SetImportance]
    state: Mapping[str, str]  # how its dictionary reads each dataset, as `states_of` tells

    @property
    def measured_in(self) -> str:
        return MEASURED_IN[self.method]

    def table(self) -> pd.DataFrame:
        """A row for each dataset, category and feature.

        Columns state, how the dictionary reads the dataset; dataset, category, unit, importance with low and high,
        signed, share of all features' importance for the category, leads, the share of samples of which no feature
        contributes more, and samples.
        """
        import pandas as pd

        tables = []
        for name, each in self.sets.items():
            categories, units = each.value.shape
            columns = {
                "state": [self.state[name]] * (categories * units),
                "dataset": [name] * (categories * units),
                "category": np.repeat(self.categories, units),
                "unit": np.tile(np.arange(units), categories),
            }
            numbers = {"importance": each.value, "low": each.low, "high": each.high, "signed": each.signed}
            numbers |= {"share": each.share, "leads": each.leads}
            columns |= {head: number.ravel() for head, number in numbers.items()}
            tables.append(pd.DataFrame(columns | {"samples": np.repeat(each.samples, units).astype(int)}))
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def in_words(self) -> list[str]:
        """The features that count most for each category of the first dataset."""
        found = next(iter(self.sets.values()), None)
        if found is None:
            return []
        return [
            f"{name}: {', '.join(f'{unit} ({whole_percent(found.share[c, unit])})' for unit in first_of(found, c))}"
            for c, name in enumerate(self.categories)
            if found.samples[c]
        ]

    def __repr__(self) -> str:
        told = "; ".join(self.in_words())
        stated = states_in_a_line(self.layer, self.state)
        return f"{stated}\n{self.layer}, {self.method}, in {self.measured_in}. {told or 'No sample was classified.'}"

    def _repr_html_(self) -> str:
        words = "".join(
            f"<p>{escape(each)}</p>" for each in (states_in_a_line(self.layer, self.state), *self.in_words())
        )
        return words + self.table().to_html(index=False, float_format="{:.3f}".format, max_rows=40)


def first_of(found: SetImportance, category: int, most: int = FIRST) -> list[int]:
    """Features that count most for a category, the first one most; none that do not count."""
    value = np.nan_to_num(found.value[category])
    order = np.argsort(-value, kind="stable")[:most]
    return [int(unit) for unit in order if value[unit] > 0]
