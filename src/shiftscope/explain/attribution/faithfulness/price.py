"""How many inputs the model is shown for each measure, told before it is computed; a batch of 64 counts 64."""

from __future__ import annotations

from shiftscope.explain.attribution.attribution import Passes
from shiftscope.explain.attribution.faithfulness.controls import DRAWS
from shiftscope.explain.attribution.faithfulness.curves import step_counts
from shiftscope.explain.attribution.faithfulness.mu_fidelity import SUBSETS
from shiftscope.explain.attribution.faithfulness.randomised import REFERENCE_SAMPLES, SEEDS
from shiftscope.explain.attribution.usual_passes import compared_passes


def curves_price(samples: int, features: int, *, steps: int | None = None, units: int = 1) -> Passes:
    """Of `curves` for one map of each sample and unit under one fill, and of an `Explained` beside it."""
    inner = len(step_counts(features, steps)) - 2
    return Passes(samples + samples * units * (2 * inner + 1))


def subset_drops_price(samples: int, *, subsets: int = SUBSETS, units: int = 1) -> Passes:
    """Of `subset_drops` under one fill; `mu_fidelity` of any number of maps costs nothing more."""
    return Passes(samples * units * subsets)


def compare_price(
    samples: int,
    features: int,
    *,
    methods: int,
    fills: int = 2,
    randomised: int = 0,
    steps: int | None = None,
    subsets: int = SUBSETS,
    draws: int = DRAWS,
    gradient: bool = False,
) -> Passes:
    """Of `compare`, and of its `Explained`, without what the maps cost; reversed maps are free.

    Parameters
    ----------
    features : that are removed one at a time, places unless told
    methods, randomised : maps that are given
    gradient : whether the absolute gradient is given
    """
    inner = len(step_counts(features, steps)) - 2
    controls = 2 + draws  # the absolute gradient, the edges, random maps
    maps = methods + randomised + controls
    backward = 0 if gradient else samples
    return Passes(samples * compared_passes(maps, inner + 1, fills, subsets) + backward, backward)


def randomised_weights_price(
    samples: int,
    modules: int,
    *,
    forward: int,
    backward: int = 0,
    reference: int = REFERENCE_SAMPLES,
    running_statistics: bool = True,
    seeds: int = SEEDS,
    other: bool = False,
) -> Passes:
    """Of `randomised_weights`.

    Parameters
    ----------
    modules : of `cascade`
    forward, backward : passes that the method takes for one sample
    reference : samples from which running statistics are estimated, none where the model has no such statistics
    """
    maps = (1 + other + seeds * modules) * samples
    again = seeds * modules * min(reference, REFERENCE_SAMPLES) if running_statistics else 0
    return Passes(min(samples, 2) + maps * forward + again, maps * backward)
