"""How much more a unit reads the place of a planted cue once the cue is there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shiftscope.scores.score import unit_score
from shiftscope.statistics.compared import Compared, Sides, difference


@unit_score(
    reads="maps",
    version=2,
    measured_in="share of the map",
    within=(-1, 1),
    title="reading of the cue (on mask share)",
    high="it reads the cue's place more once the cue is there",
)
def on_mask_share(sides: Callable[[str], Sides], rng: np.random.Generator) -> Compared:
    """Share of the unit's maps on the cue's mask, in the set with the cue minus at the same places of the twins on the
    reference; over pairs whose prediction is the same. Of sets that know their masks, as those of `ss.stimuli.cue`.

    p: exchange of the twins in each pair.
    """
    return difference(sides("on_mask_share"), rng)
