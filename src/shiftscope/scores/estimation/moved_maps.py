"""How one unit's maps moved from the reference to a dataset, from kept numbers of every unit's maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from shiftscope.scores.estimation.estimate_maps import both_maps
from shiftscope.statistics.compared import KeptShare, Sides
from shiftscope.statistics.mean_level import mean_level
from shiftscope.statistics.moved_means import MovedMeans, moved_means

if TYPE_CHECKING:
    from shiftscope.store.stored_study import StoredStudy

SCALES, LEVEL = "scale_share", "scale_level"
PLACES = "map_row", "map_column", "map_spread", "high_frequency_share"
SEED = 0


@dataclass(frozen=True, eq=False)
class MovedMaps:
    """Numbers by name: `scale_share` of a part for each level from the finest detail, every other of one part."""

    method: str
    same: Mapping[str, MovedMeans]  # over samples whose prediction is the same
    changed: Mapping[str, MovedMeans]  # over pairs whose prediction changed; none without twins
    pairs: KeptShare | None  # of twins

    @property
    def samples(self) -> int:
        """That are compared, on the smaller side."""
        return max((each.samples for each in self.same.values()), default=0)


def moved_maps(study: StoredStudy, dataset: str, reference: str, layer: str, unit: int) -> MovedMaps | None:
    """None where the study has no numbers of both sets that were made alike, or the unit has no map in one of them."""
    both = both_maps(study, dataset, reference, layer)
    if both is None:
        return None
    same = _moved(both.sides, unit)
    if not same:
        return None
    pairs, changed = both.kept_share, {}
    if pairs is not None and pairs.changed:
        changed = _moved(lambda number: both.sides(number, changed=True), unit)
    return MovedMaps(str(both.ours.settings.get("method", "")), same, changed, pairs)


def _moved(sides: Callable[[str], Sides], unit: int) -> dict[str, MovedMeans]:
    """Those that both sets have, each over the samples that have it."""
    shares = sides(SCALES)
    every = {SCALES: shares, LEVEL: replace(shares, values=mean_level(shares.values)[..., None])}
    every |= {name: sides(name) for name in PLACES}
    found = {name: moved_means(each, unit, np.random.default_rng(SEED)) for name, each in every.items()}
    return {name: each for name, each in found.items() if np.isfinite([each.before, each.after]).all()}
