"""Units to silence under a shift, and what that does to samples they were not chosen on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shiftscope.counted import counted
from shiftscope.errors import BadRequest
from shiftscope.explain.interventions.greedy import CHANCE
from shiftscope.explain.interventions.head import head_behind
from shiftscope.explain.interventions.intervention import Answers, paired_table, pairs_html, percent
from shiftscope.explain.interventions.pairs import Pairs
from shiftscope.explain.interventions.steps import Steps
from shiftscope.short_html import paragraph
from shiftscope.statistics.mcnemar import mcnemar
from shiftscope.statistics.probability import probability
from shiftscope.statistics.split import FIT, HELD_OUT
from shiftscope.store.stored_study import StoredStudy
from shiftscope.typed import as_whole_number

if TYPE_CHECKING:
    import pandas as pd

MARGIN, MOST = 0.01, 20  # where nothing else is asked


@dataclass(frozen=True)
class RepairQuestion:
    """What a search is asked: two equal questions to the same recordings have one answer."""

    layer: str  # that feeds the head
    dataset: str  # shifted set
    reference: str
    margin: float  # by which the accuracy on the reference may fall in the search, from 0 to 1
    most: int  # units
    seed: int  # of halves and folds

    @classmethod
    def of(
        cls,
        study: StoredStudy,
        dataset: str,
        *,
        layer: str | None = None,
        reference: str | None = None,
        margin: float = MARGIN,
        most: int = MOST,
        seed: int = 0,
    ) -> RepairQuestion:
        """A question that can be asked of this study; parameters and errors are those of `flow.repair.repair`."""
        if not 0 <= margin <= 1 or (as_whole_number(most) or 0) < 1:
            raise BadRequest(
                f"margin={margin}, most={most}; a margin is from 0 to 1, and at least one unit is tried."
            )
        head, against = head_behind(study, layer), study[reference or study.reference].name
        if study[dataset].name == against:
            raise BadRequest(f"{dataset!r} is the reference itself; name a shifted set to repair for.")
        return cls(head.layer, dataset, against, float(margin), most, seed)


@dataclass(frozen=True, eq=False)
class Repair:
    """Units to silence, and what the head then answers to every dataset."""

    question: RepairQuestion
    units: tuple[int, ...]  # in the order chosen; empty where no set helps
    path: tuple[int, ...]  # all units that gained a sample on the search half, `units` its beginning
    steps: Steps  # along the path
    answers: Mapping[str, Answers]  # by dataset, with `units` silent
    # By dataset, (sample,): FIT where the sample could be searched, HELD_OUT where it is reported, -1 without a label.
    halves: Mapping[str, npt.NDArray[np.int64]]

    @property
    def layer(self) -> str:
        return self.question.layer

    @property
    def dataset(self) -> str:
        """The shifted set that the units were chosen for."""
        return self.question.dataset

    @property
    def reference(self) -> str:
        return self.question.reference

    @property
    def margin(self) -> float:
        return self.question.margin

    @cached_property
    def searched(self) -> Mapping[str, Pairs]:
        """The search half of dataset and reference: optimistic, as the units were chosen on it."""
        return dict(self._pairs(FIT, self.dataset, self.reference))

    @cached_property
    def held_out(self) -> Mapping[str, Pairs]:
        """The other half, of every dataset."""
        return dict(self._pairs(HELD_OUT, *self.answers))

    def _pairs(self, half: int, *names: str) -> Iterator[tuple[str, Pairs]]:
        for name in names:
            yield name, self.answers[name].among(self.halves[name] == half)

    @property
    def within_margin(self) -> bool:
        """Whether the reference fell by no more than the margin on the held-out half too."""
        return self.held_out[self.reference].difference >= -self.margin - 1e-9

    def __repr__(self) -> str:
        return f"<repair: {self.in_words()}>"

    def _repr_html_(self) -> str:
        return paragraph(self.in_words()) + (pairs_html(self.held_out) if self.units else "")

    def table(self) -> pd.DataFrame:
        """A row for each dataset, on the half that the units were not chosen on; columns as `Intervention.table`."""
        return paired_table(self.held_out.items())

    @property
    def harmed(self) -> list[str]:
        """Datasets that are surely classified worse on the held-out half, the reference first, then by the loss."""
        held_out = self.held_out
        lost = [name for name, pairs in held_out.items() if pairs.surely_less]
        return sorted(lost, key=lambda name: (name != self.reference, held_out[name].difference))

    def in_words(self) -> str:
        """What came out, in two sentences; in a third one each further dataset that is harmed."""
        if not self.units:
            surely, why = ("surely ", self._why_unsure()) if self.path else ("", "none gains a sample")
            return f"No set of units of {self.layer} {surely}helps {self.dataset} within the margin: {why}."
        numbers = ", ".join(map(str, self.units))
        units = f"{len(self.units)} units ({numbers})" if len(self.units) > 1 else f"unit {numbers}"
        here, there = self.held_out[self.dataset], self.held_out[self.reference]
        kept = "within" if self.within_margin else "beyond"
        return (
            f"Silencing {units} of {self.layer} takes {self.dataset} from {percent(here.before)} to "
            f"{percent(here.after)} on the held-out half (McNemar p {probability(here.p)}). "
            f"{self.reference} goes from {percent(there.before)} to {percent(there.after)}, "
            f"{kept} the margin of {counted(100 * self.margin, 'percentage point', '{:.3g}'.format)}."
            + "".join(self._harm_to(name) for name in self.harmed if name != self.reference)
        )

    @property
    def best_step(self) -> int:
        """Units of the shortest beginning of the path that gains most on the search half; 0 without a path."""
        return 1 + int(self.steps.right[FIT, 1:].argmax()) if self.path else 0

    def _why_unsure(self) -> str:
        """Why nothing of a path is taken, and what the best step of it does on both halves."""
        best, sizes = self.best_step, [(self.halves[self.dataset] == half).sum() for half in (FIT, HELD_OUT)]
        (searched, search_end), (held, held_end) = self.steps.right[:, [0, best]].tolist()
        tried = "units " + ", ".join(map(str, self.path[:best])) if best > 1 else f"unit {self.path[0]}"
        most_sure = mcnemar(max(search_end - searched, 0), 0)
        why = (
            f"its gain in the search is too small to be sure of (McNemar p {probability(most_sure)} at best)"
            if most_sure > CHANCE
            else "what the search gained did not hold in cross-validation"
        )
        fixed, broken = int(self.steps.fixed[0]), int(self.steps.broken[0])
        in_all = f"; in both it fixes {fixed:,} and breaks {broken:,}" if best == 1 else ""
        return (
            f"{why}. In the search, silencing {tried} takes the errors from {int(sizes[0]) - searched:,} to "
            f"{int(sizes[0]) - search_end:,}; on the held-out half, which has no say, it takes {self.dataset} from "
            f"{percent(held / sizes[1])} to {percent(held_end / sizes[1])}{in_all}"
        )

    def _harm_to(self, name: str) -> str:
        pairs = self.held_out[name]
        return (
            f" It harms {name}: from {percent(pairs.before)} to {percent(pairs.after)} "
            f"(McNemar p {probability(pairs.p)})."
        )
