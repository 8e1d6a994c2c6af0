"""Every score of every unit of a layer under one or several shifts, with intervals and tests."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL, SampleUnitArray, UnitArray
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.estimation.expected_by_sampling import expected_by_sampling
from shiftscope.scores.estimation.floor import floor
from shiftscope.scores.estimation.profiles import Pair, Tuning, arguments, correlation, in_both
from shiftscope.scores.estimation.resampled_dataset import ResampledDataset, ResampledUnits, SomeSamples
from shiftscope.scores.estimation.sample_sets import SampleSet, sample_sets
from shiftscope.scores.estimation.summed_twins import of_summed_twins
from shiftscope.scores.estimation.twin_set import TwinSet
from shiftscope.scores.score import Measured, Reads, UnitScore, unit_scores
from shiftscope.statistics.bootstrap import Draws, interval, resampling_variance
from shiftscope.statistics.empirical_cdf import EmpiricalCdf, empirical_cdfs
from shiftscope.statistics.false_discoveries import false_discovery_shares
from shiftscope.statistics.infinite_sets import of_infinite_sets
from shiftscope.threads import one_thread_each

if TYPE_CHECKING:
    from shiftscope.model.linear_map import LinearMap
    from shiftscope.store.stored_recording import Recording
    from shiftscope.store.twins import Twins

RANKS: Reads = "rank correlation"
Scores = Mapping[str, UnitScore]

RESAMPLES, SEED = 200, 0
SHIFTED, REFERENCE, SPLITTING, TWINS = 0, 1, 2, 3  # streams of random numbers
LEVEL = 0.95  # share of the resamples inside an interval
NORMAL_FROM = 5_000  # samples in each set; from there on a resampled mean is normal
UNITS_AT_ONCE = 64  # in each worker, fewer where there are many samples
NUMBERS_AT_ONCE = 8_000_000  # sample x unit of both datasets, in each worker
WORKERS = 4
DATASETS_AT_ONCE = 4  # whose draws and blocks of units are in memory beside those of the reference
CACHED = 250_000  # category x unit, from which a formula's intermediate results stay in the cache
FEWEST_COLUMNS = 16


def estimate_units(
    shifted: Sequence[Recording],
    reference: Recording,
    layer: str,
    *,
    head: LinearMap | None = None,
    twins: Sequence[Twins | None] = (),
    scores: Collection[str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    advance: Callable[[int], None] = lambda units: None,
) -> list[dict[str, Estimate]]:
    """Scores of the layer's units, by name, for each of the shifted datasets.

    Datasets are scored together, a block of units at a time: what the reference gives is computed once for all of
    them. None of them changes what another gets.

    Intervals are percentiles of a bootstrap over samples, drawn within each label, both datasets independently.
    Scores of summaries are computed anew from each resample. For scores of single samples the value moves by
    each sample's influence times how often it was drawn, which is exact for means and first order for the rest;
    of sets of 5,000 samples and more the percentiles are those of the normal distribution that infinitely many
    resamples have.
    Scores of rank correlations have a floor, what sampling alone makes of them, and it is taken out of their resamples.
    An interval always holds its value, and ends where the score does.

    Parameters
    ----------
    reference
        To compare with. Where it is among the shifted ones too, it gets only the scores of one dataset.
    head
        Of the study, for the scores of contributions.
    twins
        Of each shifted dataset and the reference, for the scores of twins; none where not given.
    scores
        Their names; every one where not given, but those of maps, which `estimate_maps` has.
    resamples
        None of them: no intervals.
    advance
        Told how many units were finished since the last call, those of each dataset counted.

    Returns
    -------
    list[dict[str, Estimate]]
        NaN where a unit has no such score; where single responses were not kept, scores of samples and all
        intervals, but those of twins whose effects were summed.
    """
    described = reference.layer(layer)
    asked = {
        name: score
        for name, score in unit_scores.items()
        if not score.of_maps and (scores is None or name in scores)
    }
    weight = head.weight if head and head.layer == described.name else None
    found: list[dict[str, Estimate]] = [{}] * len(shifted)

    def drawn(recording: Recording, side: int) -> ResampledDataset:
        rng = np.random.default_rng([seed, side])
        return ResampledDataset(recording, layer, resamples, rng, splits=(seed, SPLITTING))

    with ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1)) as pool, one_thread_each():
        batches = _batches(shifted, reference)
        compared_with = (
            pool.submit(drawn, reference, REFERENCE) if any(each.compared for each in batches) else None
        )
        for batch in batches:
            ours = list(
                pool.map(drawn, [shifted[place] for place in batch.places], itertools.repeat(SHIFTED))
            )
            theirs = compared_with.result() if compared_with and batch.compared else None
            paired = [
                _paired(twins[place], own, theirs, seed) if twins else None
                for place, own in zip(batch.places, ours, strict=True)
            ]
            of_block = functools.partial(
                _of_block, ours, theirs, paired, asked=asked, weight=weight, advance=advance
            )
            parts = list(pool.map(of_block, _runs(described.units, batch.step)))
            for place, own in zip(batch.places, zip(*parts, strict=True), strict=True):
                found[place] = {name: _joined([part[name] for part in own]) for name in asked}
                if twins and twins[place] is not None:
                    found[place] |= of_summed_twins(shifted[place], reference, layer, asked)
    return found


def _paired(
    twins: Twins | None, shifted: ResampledDataset, reference: ResampledDataset | None, seed: int
) -> TwinSet | None:
    """None where there are no pairs whose responses both were kept."""
    sides = (shifted, reference)
    if twins is None or not all(side and side.recording.keeps_responses for side in sides):
        return None
    assert reference is not None
    paired = TwinSet.of(twins, shifted, reference, np.random.default_rng([seed, TWINS]))
    return paired if len(paired.clusters) else None


@dataclasses.dataclass(frozen=True)
class _Batch:
    """Shifted datasets that are scored together."""

    places: tuple[int, ...]  # among those asked for
    step: int  # units at a time
    compared: bool  # with the reference, which none of them is


def _batches(shifted: Sequence[Recording], reference: Recording) -> list[_Batch]:
    """A dataset gets the block of units that it had alone: sums in single precision may depend on it."""
    alike = defaultdict(list)
    for place, recording in enumerate(shifted):
        compared = recording.place != reference.place
        sides = (recording, reference) if compared else (recording,)
        samples = sum(np.count_nonzero(each.samples.predictions != NO_LABEL) for each in sides)
        step = max(1, min(UNITS_AT_ONCE, NUMBERS_AT_ONCE // max(1, int(samples))))
        alike[step, compared].append(place)
    return [
        _Batch(tuple(places[first : first + DATASETS_AT_ONCE]), step, compared)
        for (step, compared), places in alike.items()
        for first in range(0, len(places), DATASETS_AT_ONCE)
    ]


def _runs(units: int, step: int) -> list[range]:
    return [range(start, min(start + step, units)) for start in range(0, units, step)]


def _of_block(
    shifted: Sequence[ResampledDataset],
    reference: ResampledDataset | None,
    paired: Sequence[TwinSet | None],
    units: range,
    *,
    asked: Scores,
    weight: npt.NDArray[Any] | None,
    advance: Callable[[int], None],
) -> list[dict[str, Estimate]]:
    ours, theirs = [each.read(units) for each in shifted], reference.read(units) if reference else None
    nothing = {name: _nothing(len(units)) for name in asked}
    found = [
        nothing | of_summaries | _of_samples(each, theirs, twins, asked, weight)
        for each, of_summaries, twins in zip(ours, _of_summaries(ours, theirs, asked), paired, strict=True)
    ]
    advance(len(units) * len(shifted))
    return found


def _of_summaries(
    ours: Sequence[ResampledUnits], theirs: ResampledUnits | None, asked: Scores
) -> list[dict[str, Estimate]]:
    """The scores that read summaries, as far as there are two datasets to compare."""
    values = _computed([each.observed for each in ours], theirs.observed if theirs else None, asked)
    units = len(ours[0].units)
    resampled = [{name: [np.empty((0, units))] for name in of_one} for of_one in values]
    drawn = [place for place, each in enumerate(ours) if each.has_responses]
    if drawn:
        others = theirs.resampled() if theirs and theirs.has_responses else itertools.repeat(None)
        for reference, *shifted in zip(others, *(ours[place].resampled() for place in drawn), strict=False):
            for place, computed in zip(drawn, _computed(shifted, reference, asked), strict=True):
                for name, value in computed.items():
                    resampled[place][name].append(value.reshape(-1, units))
    found = []
    for each, of_one, parts in zip(ours, values, resampled, strict=True):
        again = {name: np.concatenate(some) for name, some in parts.items()}
        estimates = (
            _of_ranks(each, theirs, of_one.pop(RANKS), again.pop(RANKS), asked)
            if RANKS in of_one and theirs
            else {}
        )
        for name, value in of_one.items():
            estimates[name] = _with_interval(asked[name], value, again[name])
        found.append(estimates)
    return found


def _of_ranks(
    ours: ResampledUnits,
    theirs: ResampledUnits,
    correlations: UnitArray,
    resampled: npt.NDArray[Any],
    asked: Scores,
) -> dict[str, Estimate]:
    """The scores of rank correlations, with what sampling alone makes of them."""
    expected, flat_p = (
        np.where(np.isnan(correlations), np.nan, each) for each in expected_by_sampling(ours, theirs)
    )
    categories = int(np.count_nonzero(in_both(ours.observed, theirs.observed)))
    corrected = of_infinite_sets(resampled, correlations, expected)
    found = {}
    for name, score in asked.items():
        if score.reads == RANKS:
            bounded = _with_interval(score, score.compute(correlations), _by_resample(score, corrected))
            # Where sampling leaves nothing of an order, it may be any.
            low, high = (
                np.where((expected == 0) & (len(resampled) > 0), most, end)
                for most, end in zip(score.within, (bounded.low, bounded.high), strict=True)
            )
            bias = floor(score.compute, expected, categories)
            found[name] = Estimate(bounded.value, low, high, floor=bias, flat_p=flat_p)
    return found


def _by_resample(score: UnitScore, correlations: npt.NDArray[Any]) -> npt.NDArray[Any]:
    computed: npt.NDArray[Any] = score.compute(correlations.ravel()).reshape(correlations.shape)
    return computed


def _computed(
    shifted: Sequence[Tuning], reference: Tuning | None, asked: Scores
) -> list[dict[str, UnitArray]]:
    """(unit,) values of the scores that read summaries, as far as they can be computed from these; of those that read
    rank correlations only these."""
    scores = {name: score for name, score in asked.items() if not score.of_samples and score.reads != RANKS}
    categories, units = shifted[0].means.shape
    parts: list[list[dict[str, UnitArray]]] = [[] for _ in shifted]
    ends = np.linspace(0, units, -(-units // max(FEWEST_COLUMNS, CACHED // max(1, categories))) + 1)
    for chosen in itertools.starmap(slice, itertools.pairwise(ends.astype(int).tolist())):
        theirs = reference.select(chosen) if reference else None
        for into, each in zip(parts, shifted, strict=True):
            ours = each.select(chosen)
            into.append(_of_tuning(scores, ours, Pair(ours, theirs) if theirs else None))
    joined = [{name: np.concatenate([part[name] for part in own]) for name in own[0]} for own in parts]
    if reference and any(score.reads == RANKS for score in asked.values()):
        for of_one, each in zip(joined, shifted, strict=True):
            of_one[RANKS] = correlation(each, reference)
    return joined


def _of_tuning(scores: Mapping[str, UnitScore], shifted: Tuning, pair: Pair | None) -> dict[str, UnitArray]:
    read = functools.cache(lambda reads: arguments(reads, shifted, pair))
    return {
        name: score.compute(*given)
        for name, score in scores.items()
        if (given := read(score.reads)) is not None
    }


def _of_samples(
    ours: ResampledUnits,
    theirs: ResampledUnits | None,
    twins: TwinSet | None,
    asked: Scores,
    weight: npt.NDArray[Any] | None,
) -> dict[str, Estimate]:
    """The scores that read single samples, as far as these are there."""
    read = functools.cache(lambda reads: sample_sets(reads, ours, theirs, weight))
    ordered = functools.cache(lambda: _steps(read("steps") or ()))
    estimates = {}
    if twins and theirs:
        of_twins = {name: score for name, score in asked.items() if score.of_twins}
        estimates = _of_twins(twins, ours, theirs, of_twins, ordered)
    for name, score in asked.items():
        if score.of_samples and (sets := read(score.reads)):
            more: tuple[Any, ...] = ()
            if score.reads == "steps":
                more = (ordered(),)
            if score.reads == "contributions":
                more = (tuple(each.predicted for each in sets),)
            measured: Measured = score.compute(*(each.numbers for each in sets), *more)
            samples = [each.samples for each in sets]
            estimates[name] = dataclasses.replace(_of_measured(score, samples, measured), p=measured.p)
    return estimates


def _of_twins(
    twins: TwinSet,
    ours: ResampledUnits,
    theirs: ResampledUnits,
    scores: Scores,
    ordered: Callable[[], list[EmpiricalCdf]],
) -> dict[str, Estimate]:
    """The scores that compare samples with their twins; few pairs are not tested."""
    sides = twins.responses(ours, theirs) if scores else ()
    estimates = {}
    for name, score in scores.items():
        more = (twins.steps(ours, theirs, ordered()),) if score.reads == "twin steps" else ()
        measured: Measured = score.compute(*sides, twins.clusters, *more)
        found = _of_measured(score, [twins.originals], measured)
        p = measured.p if twins.tested or measured.p is None else np.full(len(measured.p), np.nan)
        estimates[name] = dataclasses.replace(found, p=p, gain=_gain(twins, measured))
    return estimates


def _gain(twins: TwinSet, measured: Measured) -> UnitArray | None:
    """(unit,) how many times wider the square of the interval would be if the sets were not paired; NaN where it has
    no width either way."""
    if measured.apart is None:
        return None
    labels = twins.originals.labels
    paired = resampling_variance(measured.influences[0], labels)
    unpaired = sum(resampling_variance(side, labels) for side in measured.apart)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(unpaired / paired, np.float64)


def _steps(sets: Sequence[SampleSet]) -> list[EmpiricalCdf]:
    ours, theirs = (each.numbers if each.stored is None else each.stored.T for each in sets)
    return empirical_cdfs(ours, theirs)


def _of_measured(score: UnitScore, samples: Sequence[SomeSamples], measured: Measured) -> Estimate:
    if measured.ends:
        ends = measured.ends if len(samples[0].drawn) else _unknown(len(measured.value), 2)
        return Estimate(measured.value, *ends)
    many = all(len(each.rows) >= NORMAL_FROM for each in samples)
    estimate = _of_many_samples if many else _of_resamples
    return estimate(score, samples, measured)


def _of_many_samples(score: UnitScore, samples: Sequence[SomeSamples], measured: Measured) -> Estimate:
    """With the interval that infinitely many resamples of many samples have."""
    from scipy.special import ndtri

    variance = sum(
        resampling_variance(influence, each.labels)
        for each, influence in zip(samples, measured.influences, strict=True)
    )
    half = ndtri((1 + LEVEL) / 2) * np.sqrt(variance) if len(samples[0].drawn) else np.nan
    ends = (np.clip(measured.value + side * half, *score.within) for side in (-1, 1))
    return Estimate(measured.value, *ends)


def _of_resamples(score: UnitScore, samples: Sequence[SomeSamples], measured: Measured) -> Estimate:
    moved = [
        _moved(each.draws, influence) for each, influence in zip(samples, measured.influences, strict=True)
    ]
    return _with_interval(score, measured.value, measured.value + sum(moved))


def _moved(draws: Draws, influence: SampleUnitArray) -> npt.NDArray[np.float32]:
    """(resample, unit) by how much resampling one set of samples moves a score, from each sample's influence."""
    # Centred, so that sums of many like numbers keep their differences in single precision.
    centred = (influence - influence.mean(axis=0, dtype=np.float64)).astype(np.float32)
    moved: npt.NDArray[np.float32] = draws.astype(np.float32) @ centred / np.float32(len(centred))
    return moved


def _with_interval(score: UnitScore, value: UnitArray, resampled: npt.NDArray[Any]) -> Estimate:
    if not len(resampled):
        return Estimate(value, *_unknown(len(value), 2))
    low, high = (np.clip(end, *score.within) for end in interval(resampled, LEVEL))
    # Resampling adds noise of its own to ranks and maxima, and may leave the value itself outside.
    return Estimate(value, np.minimum(low, value), np.maximum(high, value))


def _nothing(units: int) -> Estimate:
    return Estimate(*_unknown(units, 3))


def _unknown(units: int, times: int) -> list[UnitArray]:
    return [np.full(units, np.nan)] * times


def _joined(parts: Sequence[Estimate]) -> Estimate:
    """Runs of units together again; only over all of them there is a q."""
    joined = Estimate(*(_whole(parts, name) for name in ("value", "low", "high", "p")))  # type: ignore[arg-type]
    q = None if joined.p is None else false_discovery_shares(joined.p)
    more = [_whole(parts, name) for name in ("floor", "flat_p", "gain")]
    return dataclasses.replace(joined, q=q, floor=more[0], flat_p=more[1], gain=more[2])


def _whole(parts: Sequence[Estimate], name: str) -> UnitArray | None:
    runs = [run for part in parts if (run := getattr(part, name)) is not None]
    return np.concatenate(runs) if runs else None
