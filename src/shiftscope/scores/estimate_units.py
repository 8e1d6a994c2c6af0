"""Every score of every unit of a layer, with intervals and tests."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import SampleUnitArray, UnitArray
from shiftscope.scores.bootstrap import Draws, interval, resampling_variance
from shiftscope.scores.drawn_dataset import DrawnDataset, DrawnUnits
from shiftscope.scores.estimate import Estimate
from shiftscope.scores.false_discoveries import false_discovery_shares
from shiftscope.scores.sample_sets import SampleSet, sample_sets
from shiftscope.scores.score import Measured, UnitScore, unit_scores
from shiftscope.scores.steps import Steps, steps
from shiftscope.scores.tuning import RANK_TOLERANCE, Pair, Tuning, arguments
from shiftscope.threads import one_thread_each

if TYPE_CHECKING:
    from shiftscope.store.recording import Recording

Head = tuple[str, npt.NDArray[Any], npt.NDArray[Any]]  # as `StudyFiles.head`

RESAMPLES, SEED = 200, 0
LEVEL = 0.95  # share of the resamples inside an interval
NORMAL_FROM = 5_000  # samples in each set; from there on a resampled mean is normal
UNITS_AT_ONCE = 64  # in each worker, fewer where there are many samples
NUMBERS_AT_ONCE = 8_000_000  # sample x unit of both datasets, in each worker
WORKERS = 4


def estimate_units(
    shifted: Recording,
    reference: Recording,
    layer: str,
    *,
    head: Head | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    advance: Callable[[int], None] = lambda units: None,
) -> dict[str, Estimate]:
    """Every score of the layer's units, by name.

    Intervals are percentiles of a bootstrap over samples, drawn within each label, both datasets independently.
    Scores of summaries are computed anew from each resample. For scores of single samples the value moves by
    each sample's influence times how often it was drawn, which is exact for means and first order for the rest;
    of sets of 5,000 samples and more the percentiles are those of the normal distribution that endless resamples have.
    An interval always holds its value, and ends where the score does.

    Parameters
    ----------
    reference
        To compare with. The same recording twice: only the scores of one dataset have values.
    head
        Of the study, for the scores of contributions.
    resamples
        None of them: no intervals.
    advance
        Told how many units were finished since the last call.

    Returns
    -------
    dict[str, Estimate]
        NaN where a unit has no such score; where single responses were not kept, scores of samples and all
        intervals.
    """
    described = shifted.layer(layer)
    same = shifted.folder == reference.folder
    ours = DrawnDataset(shifted, layer, resamples, np.random.default_rng([seed, 0]))
    theirs = None if same else DrawnDataset(reference, layer, resamples, np.random.default_rng([seed, 1]))
    samples = len(ours.labels) + (len(theirs.labels) if theirs else 0)
    step = max(1, min(UNITS_AT_ONCE, NUMBERS_AT_ONCE // max(1, samples)))
    weight = head[1] if head and head[0] == described.name else None

    def run(start: int) -> dict[str, Estimate]:
        units = range(start, min(start + step, described.units))
        our_units, their_units = ours.read(units), theirs.read(units) if theirs else None
        nothing = {name: _nothing(len(units)) for name in unit_scores}
        found = nothing | _of_summaries(our_units, their_units) | _of_samples(our_units, their_units, weight)
        advance(len(units))
        return found

    with ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1)) as pool, one_thread_each():
        parts = list(pool.map(run, range(0, described.units, step)))
    return {name: _joined([part[name] for part in parts]) for name in unit_scores}


def _of_summaries(ours: DrawnUnits, theirs: DrawnUnits | None) -> dict[str, Estimate]:
    """The scores that read summaries, as far as there are two datasets to compare."""
    values = _computed(ours.observed, theirs.observed if theirs else None)
    redrawn: dict[str, list[npt.NDArray[Any]]] = {name: [np.empty((0, len(ours.units)))] for name in values}
    if ours.has_responses:
        others = theirs.redrawn() if theirs and theirs.has_responses else itertools.repeat(None)
        for shifted, reference in zip(ours.redrawn(), others, strict=False):
            for name, value in _computed(shifted, reference, resampled=True).items():
                redrawn[name].append(value.reshape(-1, len(ours.units)))
    return {
        name: _with_interval(unit_scores[name], value, np.concatenate(redrawn[name]))
        for name, value in values.items()
    }


def _computed(shifted: Tuning, reference: Tuning | None, *, resampled: bool = False) -> dict[str, UnitArray]:
    """(unit,) values of the scores that read summaries, as far as they can be computed from these."""
    pair = Pair(shifted, reference, RANK_TOLERANCE if resampled else 0.0) if reference else None
    read = cache(lambda reads: arguments(reads, shifted, pair))
    return {
        name: score.compute(*given)
        for name, score in unit_scores.items()
        if not score.of_samples and (given := read(score.reads)) is not None
    }


def _of_samples(
    ours: DrawnUnits, theirs: DrawnUnits | None, weight: npt.NDArray[Any] | None
) -> dict[str, Estimate]:
    """The scores that read single samples, as far as these are there."""
    read = cache(lambda reads: sample_sets(reads, ours, theirs, weight))
    ordered = cache(lambda: _steps(read("steps") or ()))
    estimates = {}
    for name, score in unit_scores.items():
        if score.of_samples and (sets := read(score.reads)):
            more = (ordered(),) if score.reads == "steps" else ()
            measured: Measured = score.compute(*(each.numbers for each in sets), *more)
            estimate = _of_many_samples if _large(sets) else _of_resamples
            estimates[name] = dataclasses.replace(estimate(score, sets, measured), p=measured.p)
    return estimates


def _steps(sets: Sequence[SampleSet]) -> list[Steps]:
    ours, theirs = (each.numbers if each.stored is None else each.stored.T for each in sets)
    return steps(ours, theirs)


def _large(sets: Sequence[SampleSet]) -> bool:
    return all(len(each.numbers) >= NORMAL_FROM for each in sets)


def _of_many_samples(score: UnitScore, sets: Sequence[SampleSet], measured: Measured) -> Estimate:
    """With the interval that endless resamples of many samples have."""
    from scipy.special import ndtri

    variance = sum(
        resampling_variance(influence, each.samples.labels)
        for each, influence in zip(sets, measured.influences, strict=True)
    )
    half = ndtri((1 + LEVEL) / 2) * np.sqrt(variance) if len(sets[0].samples.draws) else np.nan
    ends = (np.clip(measured.value + side * half, *score.within) for side in (-1, 1))
    return Estimate(measured.value, *ends)


def _of_resamples(score: UnitScore, sets: Sequence[SampleSet], measured: Measured) -> Estimate:
    moved = [
        _moved(each.samples.draws, influence)
        for each, influence in zip(sets, measured.influences, strict=True)
    ]
    return _with_interval(score, measured.value, measured.value + sum(moved))


def _moved(draws: Draws, influence: SampleUnitArray) -> npt.NDArray[np.float32]:
    """(resample, unit) by how much resampling one set of samples moves a score, from each sample's influence."""
    # Centred, so that sums of many like numbers keep their differences in single precision.
    centred = (influence - influence.mean(axis=0, dtype=np.float64)).astype(np.float32)
    moved: npt.NDArray[np.float32] = draws.astype(np.float32) @ centred / np.float32(len(centred))
    return moved


def _with_interval(score: UnitScore, value: UnitArray, redrawn: npt.NDArray[Any]) -> Estimate:
    if not len(redrawn):
        return Estimate(value, *_unknown(len(value), 2))
    low, high = (np.clip(end, *score.within) for end in interval(redrawn, LEVEL))
    # Resampling adds noise of its own to ranks and maxima, and may leave the value itself outside.
    return Estimate(value, np.minimum(low, value), np.maximum(high, value))


def _nothing(units: int) -> Estimate:
    return Estimate(*_unknown(units, 3))


def _unknown(units: int, times: int) -> list[UnitArray]:
    return [np.full(units, np.nan)] * times


def _joined(parts: Sequence[Estimate]) -> Estimate:
    """Runs of units together again; only over all of them there is a q."""
    value, low, high = (
        np.concatenate([getattr(part, end) for part in parts]) for end in ("value", "low", "high")
    )
    tested = [part.p for part in parts if part.p is not None]
    if not tested:
        return Estimate(value, low, high)
    p = np.concatenate(tested)
    return Estimate(value, low, high, p, false_discovery_shares(p))
