"""The strongest feature against the strongest unit, layer by layer, as a person asks for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import escape
from typing import TYPE_CHECKING

from shiftscope.explain.fit_under_shift.states import states_in_a_line
from shiftscope.explain.local_against_distributed.removals import FEATURE, UNIT, Removals

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = {"logit": "logit_drop", "probability": "probability_drop", "flips": "flip_rate", "ratio": "ratio"}


@dataclass(frozen=True, eq=False)
class LocalAgainstDistributed:
    """Removals by derived layer, in the order of the layers behind them, and dataset."""

    reference: str
    layers: Mapping[str, Mapping[str, Removals]]
    state: Mapping[
        str, Mapping[str, str]
    ]  # by layer and dataset: how the dictionary reads it, as `states_of` tells

    def table(self) -> pd.DataFrame:
        """A row for each layer, dataset and what is removed: the strongest feature, the strongest unit, a random
        direction of the feature's size.

        Columns state, how the layer's dictionary reads the dataset; layer, dataset, removed, samples, and logit_drop,
        probability_drop and flip_rate of the predicted category, each with its ends _low and _high; ratio of the
        logit's drop by that without the strongest unit.
        """
        import pandas as pd

        rows = []
        for layer, sets in self.layers.items():
            for dataset, found in sets.items():
                for lost in found.estimates():
                    row: dict[str, str | float] = {"state": self.state[layer][dataset], "layer": layer}
                    row |= {"dataset": dataset, "removed": lost.row, "samples": found.samples}
                    for field, name in NUMBERS.items():
                        told = asdict(getattr(lost, field))
                        row |= {name: told["value"], f"{name}_low": told["low"], f"{name}_high": told["high"]}
                    rows.append(row)
        return pd.DataFrame(rows)

    def stated(self) -> list[str]:
        """A line for each layer: how its dictionary reads each dataset."""
        return [states_in_a_line(layer, self.state[layer]) for layer in self.layers]

    def in_words(self) -> list[str]:
        """A sentence for each layer and dataset."""
        told = []
        for layer, sets in self.layers.items():
            for dataset, found in sets.items():
                lost = {each.row: each for each in found.estimates()}
                feature, unit = lost[FEATURE], lost[UNIT]
                ratio = "" if math.isnan(feature.ratio.value) else f", × {feature.ratio.value:.2f}"
                told.append(
                    f"{layer} on {dataset}: the strongest feature carries {feature.logit.value:.2f} of the predicted "
                    f"logit, the strongest unit {unit.logit.value:.2f}{ratio}."
                )
        return told

    def __repr__(self) -> str:
        return "\n".join([*self.stated(), *self.in_words()]) or "no layer"

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{escape(each)}</p>" for each in (*self.stated(), *self.in_words()))
        return words + self.table().to_html(index=False, float_format="{:.3f}".format)
