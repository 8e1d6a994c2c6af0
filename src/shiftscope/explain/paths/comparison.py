"""Path statistics of several checkpoints of one architecture, side by side: what training did to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shiftscope.errors import BadRequest, StudyMismatch
from shiftscope.explain.paths.path_statistics import Estimated
from shiftscope.explain.paths.paths import Paths

if TYPE_CHECKING:
    import pandas as pd

APART = 3.0  # times the first checkpoint's separation; shuffled labels end near 1, true ones far above


def refuse_few(studies: int) -> None:
    """Raises `BadRequest` for fewer studies than can be compared."""
    if studies < 2:
        raise BadRequest("a comparison takes at least two studies, each of one checkpoint.")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Checkpoints in the order given, the first one being what the others are measured against."""

    checkpoints: Mapping[str, Paths]  # by name of the study

    def __post_init__(self) -> None:
        refuse_few(len(self.checkpoints))
        first = next(iter(self.checkpoints.values()))
        for name, other in self.checkpoints.items():
            if other.map.weight.shape != first.map.weight.shape or other.categories != first.categories:
                raise StudyMismatch(
                    f"{name!r} has a map of {other.map.weight.shape} and {len(other.categories)} categories, the first "
                    f"study one of {first.map.weight.shape} and {len(first.categories)}: not the same architecture."
                )
            if (
                other.settings.rule != first.settings.rule
                or other.settings.frequencies != first.settings.frequencies
            ):
                raise StudyMismatch("path statistics by different rules cannot be compared.")

    @property
    def datasets(self) -> list[str]:
        """Those that every checkpoint was shown, in the order of the first."""
        first, *others = self.checkpoints.values()
        return [name for name in first.statistics if all(name in other.statistics for other in others)]

    def table(self) -> pd.DataFrame:
        """The tables of all, with a column checkpoint first and a last one ratio: above the floor, over the first's."""
        import pandas as pd

        tables = []
        for name, found in self.checkpoints.items():
            table = found.table()
            table.insert(0, "checkpoint", name)
            table["ratio"] = [
                self.ratio(name, d).value if d in self.datasets else np.nan for d in table["dataset"]
            ]
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def ratio(self, checkpoint: str, dataset: str) -> Estimated:
        """Separation above the floor over that of the first checkpoint.

        The interval goes from the lower end over the upper end to the upper over the lower: wider than 95 % asks for.
        Infinite at the top where the first one's separation may be none.
        """
        here = self.checkpoints[checkpoint].statistics[dataset].excess
        there = next(iter(self.checkpoints.values())).statistics[dataset].excess
        value = here.value / there.value if there.value > 0 else float("nan")
        low = max(here.low, 0.0) / there.high if there.high > 0 else float("nan")
        high = here.high / there.low if there.low > 0 else float("inf")
        return Estimated(value, low, high)

    def diagnosis(self, checkpoint: str, dataset: str) -> str:
        """What the separation and the entropy say of a checkpoint, in a sentence with its intervals."""
        first = next(iter(self.checkpoints))
        here, there = (self.checkpoints[name].statistics[dataset] for name in (checkpoint, first))
        ratio = self.ratio(checkpoint, dataset)
        told = f"{ratio.value:.3g} times that of {first} ({ratio.low:.3g} to {ratio.high:.3g})"
        entropy = f"entropy {there.mean_entropy.value:.3g} became {here.mean_entropy.value:.3g}"
        changed = (
            here.mean_entropy.low > there.mean_entropy.high or here.mean_entropy.high < there.mean_entropy.low
        )
        if ratio.low > APART:
            return f"Separates categories: separation is {told}, {entropy}."
        if ratio.high < APART and changed:
            what = "Changed without separating categories, as when labels are memorised"
            return f"{what}: separation is {told}, {entropy}."
        if ratio.high < APART:
            return f"As {first}: separation is {told}, {entropy}."
        return f"Undecided: separation is {told}, {entropy}."


def compare(names: Sequence[str], found: Sequence[Paths]) -> Comparison:
    """The comparison of some checkpoints under their names; `BadRequest` where a name comes twice."""
    twice = {name for name in names if list(names).count(name) > 1}
    if twice:
        raise BadRequest(
            f"two studies are called {', '.join(sorted(twice))}; name their folders differently."
        )
    return Comparison(dict(zip(names, found, strict=True)))
