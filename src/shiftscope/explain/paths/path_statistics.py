"""Everything that is said about the paths of one map on one dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.paths.counting.count import Counter
from shiftscope.explain.paths.counting.map_inputs import MapInputs
from shiftscope.explain.paths.counting.path_counts import count_paths
from shiftscope.explain.paths.counting.rules import DEFAULT, RULES, Rule
from shiftscope.explain.paths.measures.divergences import Matrix, divergences
from shiftscope.explain.paths.measures.frequencies import Frequencies
from shiftscope.explain.paths.measures.separation import Separation, separation
from shiftscope.model.linear_map import LinearMap
from shiftscope.scores.estimation.estimate_units import LEVEL
from shiftscope.statistics.wilson import Z
from shiftscope.store.stored_recording import Recording

FLOOR, BOOTSTRAP = 0, 1  # streams of random numbers


VERSION = 2  # of `path_statistics`, raised when what it computes changes


@dataclass(frozen=True)
class Settings:
    """What decides the numbers."""

    rule: Rule = RULES[DEFAULT]
    frequencies: Frequencies = field(default_factory=Frequencies)
    shuffles: int = 20  # of the labels, for the sampling floor
    resamples: int = 100  # for intervals
    seed: int = 0

    def __post_init__(self) -> None:
        if (
            any(type(number) is not int for number in (self.shuffles, self.resamples, self.seed))
            or self.seed < 0
        ):
            raise BadRequest(
                f"shuffles={self.shuffles!r}, resamples={self.resamples!r}, seed={self.seed!r}; whole numbers, the "
                "seed not below zero."
            )
        if self.shuffles < 2 or self.resamples < 20:
            raise BadRequest(
                f"shuffles={self.shuffles}, resamples={self.resamples}; a floor takes at least 2, an interval 20."
            )


@dataclass(frozen=True)
class Estimated:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class PathStatistics:
    """Path statistics of one map on one dataset; rows are the categories, then all together."""

    separation: Separation
    kl: Matrix  # (row, row) nats
    infinite: npt.NDArray[np.int64]  # (row, row) paths with an infinite term
    mean_kl: Estimated
    mean_entropy: Estimated
    floor: Estimated  # mean divergence with the labels dealt out anew: what sampling alone gives
    excess: Estimated  # mean divergence above the floor
    from_reference: Matrix | None  # (row of the reference, row here) KL(reference || here)
    to_reference: Matrix | None  # (row here, row of the reference) KL(here || reference)


def path_statistics(
    linear: LinearMap,
    recording: Recording,
    reference: Recording | None = None,
    settings: Settings | None = None,
    *,
    advance: Callable[[int], None] = lambda done: None,
) -> PathStatistics:
    """Count, compare, shuffle and resample.

    In memory are the stored responses that enter the map, a block of paths, and the counts, or where these are more
    than half a gigabyte a file of them.

    Parameters
    ----------
    reference
        Another dataset, whose categories those here are compared with.
    advance
        Told after each of 1 + shuffles + resamples passes.

    Raises
    ------
    NotInStudy
        Single responses were not kept, or no sample has a label.
    """
    settings = settings or Settings()
    counter = Counter(linear.weight, linear.bias, settings.rule)
    categories, frequencies = recording.plan.categories, settings.frequencies
    entering = entering_map(linear, recording)
    if not len(entering.order):
        raise NotInStudy(f"no sample of {recording.name!r} has a label, so no category has paths.")
    found = separation(counter, entering, categories, frequencies)
    counts = count_paths(counter, entering, categories)
    pairs = divergences(counts, frequencies)
    towards = back = None
    if reference is not None:
        theirs = count_paths(counter, entering_map(linear, reference), categories)
        towards = divergences(theirs, frequencies, counts).kl
        back = divergences(counts, frequencies, theirs).kl
    advance(1)

    def again(stream: int, draw: int, other: Callable[[np.random.Generator], MapInputs]) -> Separation:
        rng = np.random.default_rng([settings.seed, stream, draw])
        drawn = separation(counter, other(rng), categories, frequencies)
        advance(1)
        return drawn

    floors = [again(FLOOR, draw, entering.shuffled).mean_kl for draw in range(settings.shuffles)]
    resamples = [again(BOOTSTRAP, draw, entering.resampled) for draw in range(settings.resamples)]
    floor = _of_draws(floors)
    mean_kl = _around(found.mean_kl, [each.mean_kl for each in resamples])
    return PathStatistics(
        found,
        pairs.kl,
        pairs.infinite,
        mean_kl,
        _around(found.mean_entropy, [each.mean_entropy for each in resamples]),
        floor,
        _difference(mean_kl, floor),
        towards,
        back,
    )


def entering_map(linear: LinearMap, recording: Recording) -> MapInputs:
    """What entered a map; `NotInStudy` where single responses were not kept."""
    if linear.layer not in recording.layers:
        raise NotInStudy(
            f"{recording.name!r} was not recorded at {linear.layer!r}, which enters {linear.name!r}."
        )
    return MapInputs.of_recording(recording, linear.layer)


def _around(value: float, draws: list[float]) -> Estimated:
    """The central 95 % of resamples, moved so that their mean is the value.

    A resample repeats samples, which makes frequencies more extreme and every divergence larger; what it tells is
    how far the value moves, not where it is.
    """
    if not np.isfinite([value, *draws]).all():
        return Estimated(value, float("nan"), float("nan"))
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) - np.mean(draws)
    return Estimated(value, max(value + float(low), 0.0), value + float(high))  # of what is never negative


def _of_draws(draws: list[float]) -> Estimated:
    """Their mean, and the interval of the mean by the normal approximation."""
    if not np.isfinite(draws).all():
        return Estimated(float(np.mean(draws)), float("nan"), float("nan"))
    mean, error = float(np.mean(draws)), float(np.std(draws, ddof=1) / np.sqrt(len(draws)))
    return Estimated(mean, mean - Z * error, mean + Z * error)


def _difference(value: Estimated, floor: Estimated) -> Estimated:
    """Of two independent numbers, each with its interval."""
    apart = value.value - floor.value if np.isfinite([value.value, floor.value]).all() else float("nan")
    down = float(np.hypot(value.value - value.low, floor.high - floor.value))
    up = float(np.hypot(value.high - value.value, floor.value - floor.low))
    return Estimated(apart, apart - down, apart + up)
