"""Scores of numbers of maps, of the units that a study has such numbers of."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.estimation.estimate_units import SEED
from shiftscope.scores.estimation.stored_map_numbers import ON_MASK, MapNumbers, on_mask_of, usual_map_numbers
from shiftscope.scores.score import unit_scores
from shiftscope.statistics.compared import Compared, KeptShare, Sides, kept_share, matched, twins
from shiftscope.store.twins import twins_between

if TYPE_CHECKING:
    from shiftscope.store.stored_study import StoredStudy


@dataclass(frozen=True, eq=False)
class BothMaps:
    """Numbers of maps of a dataset and of the reference, over samples whose prediction is the same: of twins the pairs
    that keep it, of other sets the samples within each category that is predicted."""

    ours: MapNumbers
    theirs: MapNumbers
    recorded: str  # the name that the dataset was recorded under
    units: int
    pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]] | None  # (pair,) rows of both, of twins
    kept: npt.NDArray[np.bool_]  # (pair,) whether the prediction is the same
    predictions: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]  # (sample,) of both

    @property
    def kept_share(self) -> KeptShare | None:
        """How many pairs keep their prediction; None without twins."""
        if self.pairs is None:
            return None
        ours, theirs = (each[rows] for each, rows in zip(self.predictions, self.pairs, strict=True))
        return kept_share(theirs, ours)

    def sides(self, number: str, *, changed: bool = False) -> Sides:
        """One number of both; NaN where it was not measured. Of twins the pairs whose prediction is another, where
        they are asked for."""
        ours = self._of(self.ours, number)
        theirs = self._of(self.theirs, on_mask_of(self.recorded) if number == ON_MASK else number)
        if ours.shape[2:] != theirs.shape[2:]:  # sizes of input that allow other levels
            ours, theirs = np.full(ours.shape[:2], np.nan), np.full(theirs.shape[:2], np.nan)
        if self.pairs is not None:
            rows, of_reference = self.pairs
            return twins(theirs[of_reference], ours[rows], ~self.kept if changed else self.kept)
        predicted, of_reference = self.predictions
        return matched(theirs, of_reference, ours, predicted)

    def _of(self, side: MapNumbers, number: str) -> npt.NDArray[Any]:
        missing = np.full((len(side.positions), self.units), np.nan)
        return np.asarray(side.numbers.get(number, missing))


def both_maps(study: StoredStudy, dataset: str, reference: str, layer: str) -> BothMaps | None:
    """None where one of them has no numbers, or they were not made alike."""
    if dataset == reference:
        return None
    ours, theirs = (usual_map_numbers(study, layer, name) for name in (dataset, reference))
    if ours is None or theirs is None or not ours.alike(theirs):
        return None
    predicted, of_reference = (
        study[name].samples.predictions[each.positions]
        for name, each in ((dataset, ours), (reference, theirs))
    )
    pairs = paired_rows(study, dataset, ours.positions, reference, theirs.positions)
    kept = np.zeros(0, bool) if pairs is None else predicted[pairs[0]] == of_reference[pairs[1]]
    units = study.layer(layer).units
    recorded = study.manifest.recorded_as(dataset)
    return BothMaps(ours, theirs, recorded, units, pairs, kept, (predicted, of_reference))


def paired_rows(
    study: StoredStudy,
    dataset: str,
    positions: npt.NDArray[np.int64],
    reference: str,
    of_reference: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]] | None:
    """(pair,) rows among both positions of samples that are twins, one pair for each original; None without twins."""
    pairs = twins_between(study, dataset, reference)
    if pairs is None:
        return None
    places = []
    for name, chosen in ((dataset, positions), (reference, of_reference)):
        place = np.full(study[name].plan.samples, -1)
        place[chosen] = np.arange(len(chosen))
        places.append(place)
    rows, theirs = places[0][pairs.ours], places[1][pairs.theirs]
    there = np.flatnonzero((rows >= 0) & (theirs >= 0))
    _, first = np.unique(pairs.originals[there], return_index=True)
    return rows[there][first], theirs[there][first]


def estimate_maps(
    study: StoredStudy,
    dataset: str,
    reference: str,
    layer: str,
    scores: Collection[str],
    *,
    seed: int = SEED,
) -> dict[str, Estimate]:
    """Those of the scores that read maps, by name; NaN where the study has no numbers of these maps."""
    units = study.layer(layer).units
    asked = {name: score for name, score in unit_scores.items() if score.of_maps and name in scores}
    maps = both_maps(study, dataset, reference, layer) if asked else None
    unknown = np.full(units, np.nan)
    if maps is None:
        return {name: Estimate(unknown, unknown, unknown, unknown, unknown) for name in asked}
    found: dict[str, Estimate] = {}
    for name, score in asked.items():
        each: Compared = score.compute(maps.sides, np.random.default_rng([seed, len(found)]))
        changed = _changed(maps, score.compute, each) if maps.pairs is not None else None
        found[name] = Estimate(each.effect, each.low, each.high, each.p, each.q, changed=changed)
    return found


def _changed(
    maps: BothMaps, compute: Callable[[Callable[[str], Sides], np.random.Generator], Compared], same: Compared
) -> npt.NDArray[np.float64]:
    """(unit,) a score over the pairs whose prediction changed; NaN without such pairs."""
    if maps.kept.all():
        return np.full_like(same.effect, np.nan)
    return compute(lambda number: maps.sides(number, changed=True), np.random.default_rng(0)).effect


def kept_pairs(study: StoredStudy, dataset: str, reference: str, layer: str) -> KeptShare | None:
    """Of the twins whose maps are compared, how many keep their prediction; None without twins or numbers of maps."""
    maps = both_maps(study, dataset, reference, layer)
    return maps.kept_share if maps else None
