"""What a change of some units did to the answers, dataset by dataset."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.explain.interventions.edit import EditKind
from shiftscope.explain.interventions.pairs import Pairs
from shiftscope.outcomes.outcomes import Positions
from shiftscope.short_html import html_table, paragraph
from shiftscope.statistics.probability import probability

if TYPE_CHECKING:
    import pandas as pd

LISTED = 12  # datasets in a notebook


@dataclass(frozen=True, eq=False)
class Answers:
    """Predictions for one dataset before and after; NO_LABEL for a skipped sample, or one without a label."""

    labels: npt.NDArray[np.int64]  # (sample,)
    before: npt.NDArray[np.int64]  # (sample,) as recorded
    after: npt.NDArray[np.int64]  # (sample,)

    @cached_property
    def pairs(self) -> Pairs:
        """Right and wrong answers to every labelled sample."""
        return self.among(np.ones(len(self.labels), bool))

    def among(self, chosen: npt.NDArray[np.bool_]) -> Pairs:
        """Right and wrong answers to the labelled ones of some samples, (sample,)."""
        known = chosen & self._labelled
        labels = self.labels[known]
        return Pairs.of(self.before[known] == labels, self.after[known] == labels)

    @property
    def changed(self) -> int:
        """Samples whose prediction is another one, labelled or not, right or wrong."""
        return int((self.before != self.after).sum())

    @property
    def fixed(self) -> Positions:
        """Samples classified wrong before and right after."""
        return np.flatnonzero(self._labelled & (self.before != self.labels) & (self.after == self.labels))

    @property
    def broken(self) -> Positions:
        """Samples classified right before and wrong after."""
        return np.flatnonzero(self._labelled & (self.before == self.labels) & (self.after != self.labels))

    @property
    def _labelled(self) -> npt.NDArray[np.bool_]:
        labelled: npt.NDArray[np.bool_] = (self.labels != NO_LABEL) & (self.before != NO_LABEL)
        return labelled


@dataclass(frozen=True, eq=False)
class Intervention:
    """Some units of a layer changed, and what the model then answered."""

    layer: str
    units: tuple[int, ...]
    edit: EditKind
    reference: str  # dataset whose ranges and means were used
    answers: Mapping[str, Answers]  # by dataset

    @property
    def how(self) -> EditKind:
        """Another name of `edit`."""
        return self.edit

    def in_words(self) -> str:
        """What was changed, and how."""
        numbers = ", ".join(map(str, self.units))
        units = f"units {numbers}" if len(self.units) > 1 else f"unit {numbers}"
        return f"{self.edit} {units} of {self.layer}"

    def __repr__(self) -> str:
        told = [
            f"{name} {percent(answers.pairs.before)} → {percent(answers.pairs.after)}"
            for name, answers in list(self.answers.items())[:LISTED]
        ]
        more = [f"{len(self.answers) - LISTED} more"] if len(self.answers) > LISTED else []
        return f"<{self.in_words()}: {', '.join([*told, *more])}>"

    def _repr_html_(self) -> str:
        pairs = {name: answers.pairs for name, answers in self.answers.items()}
        return paragraph(f"{self.in_words()}: accuracy before and after.") + pairs_html(pairs)

    def table(self) -> pd.DataFrame:
        """A row for each dataset: accuracy before and after, and whether the difference is more than chance.

        Columns dataset, labelled, before, after, difference, low, high (its 95 % interval), fixed, broken, p
        (McNemar) and changed (predictions that are another one, right or not). Shares are from 0 to 1, NaN where
        no sample is labelled.
        """
        table = paired_table((name, answers.pairs) for name, answers in self.answers.items())
        table["changed"] = [answers.changed for answers in self.answers.values()]
        return table


def pairs_html(pairs: Mapping[str, Pairs]) -> str:
    """A row for each dataset: accuracy before and after, the change with its interval, and what turned."""
    rows = [
        [
            name,
            percent(each.before),
            percent(each.after),
            f"{100 * each.difference:+.1f} ({' to '.join(f'{100 * end:+.1f}' for end in each.interval)})",
            f"{each.fixed:,}",
            f"{each.broken:,}",
            probability(each.p),
        ]
        for name, each in list(pairs.items())[:LISTED]
    ]
    more = f"{len(pairs) - LISTED} more sets; table() has all." if len(pairs) > LISTED else ""
    table = html_table(("set", "before", "after", "points (95 %)", "fixed", "broken", "p"), rows)
    return table + (paragraph(more) if more else "")


def percent(share: float) -> str:
    """With one decimal; a dash where there is nothing to measure."""
    return f"{100 * share:.1f} %" if math.isfinite(share) else "–"


def paired_table(rows: Iterable[tuple[str, Pairs]]) -> pd.DataFrame:
    """A row for each dataset and its pairs."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "dataset": name,
                "labelled": pairs.labelled,
                "before": pairs.before,
                "after": pairs.after,
                "difference": pairs.difference,
                "low": pairs.interval[0],
                "high": pairs.interval[1],
                "fixed": pairs.fixed,
                "broken": pairs.broken,
                "p": pairs.p,
            }
            for name, pairs in rows
        ]
    )
