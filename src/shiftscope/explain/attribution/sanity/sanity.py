"""Whether a map depends on what the model learned, as it is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

DEPENDS = "depends on the weights"
DOES_NOT = "does not depend on the weights: do not read this map"
UNCLEAR = "unclear"
IS_INPUT = "is the input"
THIS_MAP = "this map, all weights randomised"


class Similarity(NamedTuple):
    """Mean over samples, with the ends of its 95 % bootstrap interval over them, and what is said of it."""

    mean: float
    low: float
    high: float
    samples: int  # that have one
    verdict: str = ""


@dataclass(frozen=True, eq=False)
class Sanity:
    """How alike maps are before and after the model's weights are randomised."""

    modules: Sequence[str]  # in the order of randomising, from the target back
    curve: npt.NDArray[np.floating[Any]]  # (module,) mean similarity after each
    rows: Mapping[str, Similarity]  # `THIS_MAP` first, then what stands beside it

    @property
    def verdict(self) -> str:
        return self.rows[THIS_MAP].verdict

    @property
    def readable(self) -> bool:
        """Whether nothing speaks against reading the maps."""
        return self.verdict not in (DOES_NOT, IS_INPUT)

    def in_words(self) -> str:
        """The verdict as a sentence, with the similarity that it rests on."""
        found = self.rows[THIS_MAP]
        said = {
            DEPENDS: "this map depends on the weights",
            DOES_NOT: "do not read this map: it does not depend on the weights",
            IS_INPUT: "do not read this map: it is the input",
        }.get(found.verdict, "whether this map depends on the weights is unclear")
        if np.isnan(found.mean):
            return said
        return (
            f"{said} (similarity {found.mean:.2f}, {found.low:.2f} to {found.high:.2f}, on {found.samples} samples "
            "once they are randomised)"
        )

    def table(self) -> pd.DataFrame:
        """A row for the map and for each of what stands beside it: verdict, mean, low, high, samples."""
        import pandas as pd

        lines = [
            (name, each.verdict, each.mean, each.low, each.high, each.samples)
            for name, each in self.rows.items()
        ]
        return pd.DataFrame(lines, columns=["row", "verdict", "mean", "low", "high", "samples"])
