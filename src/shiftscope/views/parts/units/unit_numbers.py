"""The numbers that the units of a layer have, under the names by which addresses and conditions ask for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray
from shiftscope.errors import BadRequest, closest
from shiftscope.percent import percent
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.score import UnitScore, unit_scores
from shiftscope.statistics.ranked import ranked
from shiftscope.statistics.wilson import wilson
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.views.page.panels import Cell
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.cells import ends, score_cell
from shiftscope.views.parts.number_text import share_interval
from shiftscope.views.parts.sets.shown_sets import shown_sets
from shiftscope.views.parts.units.no_width import with_reason
from shiftscope.views.parts.units.unit_scores import estimated, name_of, offered_scores, title

UNIT, MAXIMUM, FIRES = "unit", "maximum", "fires"
# After a score's name: false discovery share, ends of its interval, what sampling alone makes of it.
Q, LOW, HIGH, FLOOR = ".q", ".low", ".high", ".floor"


@dataclass(frozen=True)
class Measure:
    """One number of every unit, in the dataset in focus and in those that follow."""

    name: str
    title: str
    help: str
    measured_in: str
    dataset: str  # whose number it is
    followers: Sequence[str]  # other datasets that have it
    compares: bool  # with the baseline: nothing to measure where that is the focus
    of: Callable[[str], Estimate]  # by dataset
    is_share: bool = False  # shown as per cent
    # A cell with why its interval has no width, from the unit and the dataset.
    reason: Callable[[Cell, int, str], Cell] = lambda cell, unit, dataset: cell

    @cached_property
    def estimate(self) -> Estimate:
        return self.of(self.dataset)

    @property
    def tests(self) -> bool:
        return self.estimate.q is not None

    def cell(self, unit: int, dataset: str = "") -> Cell:
        """The number of one unit with its interval."""
        estimate = self.of(dataset) if dataset else self.estimate
        low, high = float(estimate.low[unit]), float(estimate.high[unit])
        if self.is_share:
            value = float(estimate.value[unit])
            return Cell(percent(value), note=share_interval(low, high), value=value, parts=ends(low, high))
        cell = score_cell(estimate, unit)
        return cell if low < high else self.reason(cell, unit, dataset or self.dataset)


class UnitNumbers:
    """Every measure of the units of the layer that `look` shows."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.units = selection.study.layer(selection.layer).units

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """Scores of the focus, then maximum and firing rate in the baseline."""
        selection, names = self.selection, shown_sets(self.selection)
        others = [name for name in names if name != selection.baseline]
        read = cache(lambda dataset: estimated(selection, dataset))  # asked for each row of a table
        found = {}
        for name, score in unit_scores.items():
            follow = [d for d in (others if score.compares else names) if d != selection.focus]
            found[name] = Measure(
                name,
                title(name),
                f"{score.help} Measured in: {score.measured_in}.",
                score.measured_in,
                selection.focus,
                follow,
                score.compares,
                lambda dataset, score=name: read(dataset)[score],  # type: ignore[misc]
                reason=self._reason(score, read),
            )
        found[MAXIMUM] = Measure(
            MAXIMUM,
            f"maximum in {selection.baseline}",
            "Largest response to any sample.",
            "responses",
            selection.baseline,
            others,
            False,
            cache(self._maximum),
        )
        found[FIRES] = Measure(
            FIRES,
            f"fires in {selection.baseline}",
            "Share of samples with a response above zero, with its 95 % Wilson interval.",
            "share of samples",
            selection.baseline,
            others,
            False,
            cache(self._fires),
            is_share=True,
        )
        return found

    def shown(self) -> list[Measure]:
        """Those that can be measured: where the baseline is the focus, or the layer cannot be compared, no score that
        compares."""
        compared = self.selection.compared
        offered = offered_scores(self.selection.study)
        return [
            m
            for m in self.measures.values()
            if (compared or not m.compares) and (m.name in offered or m.name not in unit_scores)
        ]

    def measure(self, name: str) -> Measure:
        """By name, with blanks or underscores; raises `BadRequest` naming the nearest."""
        known = name_of(name)
        if known not in self.measures:
            raise BadRequest(
                f"units have no number {name!r}; closest: {closest(known, self.measures)}. "
                f"There are {UNIT}, {', '.join(self.measures)}, and {LOW}, {HIGH}, {Q} and {FLOOR} after a score."
            )
        return self.measures[known]

    def values(self, name: str) -> UnitArray:
        """(unit,) numbers: of a measure, of its q, low, high or floor as in "shift_auroc.q", or the units' own.

        Raises
        ------
        BadRequest
            There is no such number.
        """
        base, dot, part = name.strip().casefold().rpartition(".")
        if not dot:
            return (
                np.arange(self.units, dtype=np.float64) if part == UNIT else self.measure(name).estimate.value
            )
        measure = self.measure(base)
        if dot + part not in (Q, LOW, HIGH, FLOOR):
            raise BadRequest(f"{measure.name} has no {part!r}; there are {Q}, {LOW}, {HIGH} and {FLOOR}.")
        found: UnitArray | None = getattr(measure.estimate, part)
        if found is not None:
            return found
        if not np.isnan(measure.estimate.value).all():
            why = "has no floor" if dot + part == FLOOR else "tests nothing, so it has no q"
            others = (m.name for m in self.measures.values() if getattr(m.estimate, part) is not None)
            raise BadRequest(f"{measure.name} {why}; these do: {', '.join(others) or 'none'}.")
        return np.full(self.units, np.nan)  # it was not measured here, so nor was it tested

    @cached_property
    def dead(self) -> npt.NDArray[np.bool_]:
        """(unit,) whether it responds to no sample of baseline and focus, so that nothing of it can change."""
        found = np.ones(self.units, np.bool_)
        for name in (self.selection.baseline, self.selection.focus):
            found &= self.selection.study[name].summary(self.selection.layer, Moments).squares == 0
        return found

    def order(self, name: str, *, ascending: bool) -> npt.NDArray[np.intp]:
        """(unit,) units by one of their numbers, undefined ones last and dead ones after these; by their own number
        all in one row."""
        found = ranked(self.values(name), ascending=ascending)
        if name.strip().casefold() == UNIT:
            return found
        return np.concatenate([found[~self.dead[found]], found[self.dead[found]]])

    def _reason(
        self, score: UnitScore, read: Callable[[str], Mapping[str, Estimate]]
    ) -> Callable[[Cell, int, str], Cell]:
        selection = self.selection

        def reason(cell: Cell, unit: int, dataset: str) -> Cell:
            sets = [dataset, selection.baseline] if score.compares else [dataset]
            recordings = [selection.study[name] for name in sets]
            return with_reason(cell, read(dataset)[score.name], unit, selection.layer, recordings)

        return reason

    def _maximum(self, dataset: str) -> Estimate:
        largest = self.selection.study[dataset].summary(self.selection.layer, Maxima).largest
        nothing = np.full_like(largest, np.nan)
        return Estimate(largest, nothing, nothing)

    def _fires(self, dataset: str) -> Estimate:
        moments = self.selection.study[dataset].summary(self.selection.layer, Moments)
        return Estimate(moments.firing_rate(), *wilson(moments.fired, moments.count))
