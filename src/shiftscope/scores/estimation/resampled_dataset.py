"""One dataset at one layer with its bootstrap draws, read by runs of units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL, UnitArray
from shiftscope.scores.estimation.halves import halves
from shiftscope.scores.estimation.profiles import RANK_TOLERANCE, Tuning
from shiftscope.statistics.bootstrap import Draws, draw_again
from shiftscope.statistics.rank_correlation import RankedProfiles, rank_correlation
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.top_samples import TopSamples

if TYPE_CHECKING:
    from shiftscope.store.stored_recording import Recording

FloatArray = npt.NDArray[np.float32]
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
NUMBERS_AT_ONCE = 2_000_000  # category x resample x unit
SPLITS = 10  # into halves, whose correlations a floor is the mean of
# resample x sample x unit; fewer are multiplied before the compiled code has loaded
WORTH_COMPILED = 100_000_000


class ResampledDataset:
    """Samples stand in the order of their labels, skipped ones left out.

    Parameters
    ----------
    splits
        Seed of the splits into halves.
    """

    def __init__(
        self,
        recording: Recording,
        layer: str,
        resamples: int,
        rng: np.random.Generator,
        splits: Sequence[int] = (0,),
    ) -> None:
        self.recording, self.layer, self.resamples, self.splits = recording, layer, resamples, splits
        samples = recording.samples
        shown = np.flatnonzero(samples.predictions != NO_LABEL)
        self.order = shown[np.argsort(samples.labels[shown], kind="stable")]
        self.labels = samples.labels[self.order]
        self.predictions = samples.predictions[self.order]
        self.draws = draw_again(self.labels, resamples if recording.keeps_responses else 0, rng)

    @cached_property
    def runs(self) -> npt.NDArray[np.intp]:
        """(2, category) where the samples of each category begin and end."""
        categories = range(self.recording.plan.categories)
        return np.stack([np.searchsorted(self.labels, categories, side=side) for side in SIDES])

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """(category,) samples."""
        return np.asarray(self.runs[1] - self.runs[0], np.int64)

    @cached_property
    def halves(self) -> Draws:
        return halves(self.labels, SPLITS, np.random.default_rng(self.splits))

    def read(self, units: range) -> ResampledUnits:
        return ResampledUnits(self, units)

    @cached_property
    def wrong_and_right(self) -> tuple[SomeSamples, SomeSamples]:
        """Labelled samples that were classified wrong, and those that were classified right."""
        known, same = self.labels != NO_LABEL, self.labels == self.predictions
        wrong, right = np.flatnonzero(known & ~same), np.flatnonzero(known & same)
        return self.select(wrong), self.select(right)

    @cached_property
    def all(self) -> SomeSamples:
        return SomeSamples(np.arange(len(self.labels)), self.labels, self.draws)

    def select(self, rows: npt.NDArray[np.intp]) -> SomeSamples:
        return SomeSamples(rows, self.labels[rows], self.draws)


@dataclass(frozen=True)
class SomeSamples:
    """Some of a dataset's samples: their rows, and how often each resample holds them."""

    rows: npt.NDArray[np.intp]
    labels: npt.NDArray[np.int64]  # (sample,) sorted
    drawn: Draws  # (resample, sample) of the whole dataset

    @cached_property
    def draws(self) -> Draws:
        """(resample, sample) of these; many samples do without."""
        return self.drawn if len(self.rows) == self.drawn.shape[1] else self.drawn[:, self.rows]


class ResampledUnits:
    """Some units of a `ResampledDataset`; nothing is read until asked for."""

    def __init__(self, dataset: ResampledDataset, units: range) -> None:
        self.dataset, self.units = dataset, units

    @property
    def has_responses(self) -> bool:
        return self.dataset.recording.keeps_responses and len(self.dataset.labels) > 0

    @cached_property
    def stored(self) -> npt.NDArray[np.floating[Any]]:
        """(unit, sample) responses as they are kept; `NotInStudy` where only summaries were."""
        read, dataset = self.dataset.recording.unit_responses, self.dataset
        return np.stack([read(dataset.layer, unit)[dataset.order] for unit in self.units])

    @cached_property
    def responses(self) -> FloatArray:
        """(sample, unit), each unit's run contiguous."""
        return self.stored.astype(np.float32).T

    @cached_property
    def observed(self) -> Tuning:
        recording, layer = self.dataset.recording, self.dataset.layer
        sums, chosen = recording.summary(layer, CategorySums), slice(self.units.start, self.units.stop)
        return Tuning(
            CategorySums(sums.total[:, chosen], sums.count).means(),
            sums.count,
            recording.summary(layer, Maxima).largest[chosen],
            self._scale(),
        )

    def resampled(self) -> Iterator[Tuning]:
        """What the resamples give, some resamples at a time."""
        observed, resamples = self.observed, self.dataset.resamples
        step = max(4, NUMBERS_AT_ONCE // max(1, len(observed.means) * len(self.units)) // 4 * 4)
        for start in range(0, resamples, step):
            some = slice(start, min(start + step, resamples))
            means, largest = self.means_of(self.dataset.draws[some]), self._largest(some)
            held = np.broadcast_to(observed.scale, largest.shape)
            flat = means.reshape(len(means), -1)
            yield Tuning(flat, observed.count, largest.ravel(), held.ravel(), RANK_TOLERANCE)

    def between_halves(self, categories: npt.NDArray[np.bool_]) -> UnitArray:
        """(unit,) mean rank correlation of the profiles over some categories in two halves of the samples; 0 counts
        where a unit responds alike to all categories in one half.

        Parameters
        ----------
        categories : (category,)
            With two samples or more each.
        """
        first, second = (half[categories].reshape(-1, SPLITS * len(self.units)) for half in self._halved)
        resampled = self.dataset.resamples / SPLITS  # by the code that ranks those
        found = rank_correlation(second, RankedProfiles(first, RANK_TOLERANCE), times=max(1, resampled))
        mean: UnitArray = np.nan_to_num(found).reshape(SPLITS, -1).mean(axis=0)
        return mean

    @cached_property
    def _halved(self) -> tuple[FloatArray, FloatArray]:
        """(category, split, unit) mean responses in both halves of each split."""
        drawn, counts = self.dataset.halves, self.dataset.counts
        means = self.means_of(drawn)  # over as many samples as the whole has
        smaller = np.maximum(counts // 2, 1)
        parts = means[:, :SPLITS], means[:, SPLITS:]
        first, second = (
            part * (counts / size).astype(np.float32)[:, None, None]
            for part, size in zip(parts, (smaller, np.maximum(counts - smaller, 1)), strict=True)
        )
        return first, second

    @cached_property
    def within(self) -> npt.NDArray[np.float64]:
        """(category, unit) sums of squared deviations from the mean response to each category."""
        (starts, ends), means = self.dataset.runs, self.observed.means
        squares = np.zeros(means.shape)
        for category in np.flatnonzero(ends > starts):
            apart = self.responses[starts[category] : ends[category]] - means[category]
            squares[category] = np.einsum("su,su->u", apart, apart)
        return squares

    def means_of(self, draws: Draws) -> FloatArray:
        """(category, draw, unit) sums over what was drawn, over the number of samples there are: of resamples their
        means. NaN for a category without samples."""
        dataset, drawn = self.dataset, len(draws)
        starts, ends = dataset.runs
        categories = len(starts)
        present = np.flatnonzero(ends > starts)
        if len(present) and dataset.resamples * self.responses.size >= WORTH_COMPILED:
            from shiftscope.statistics.compiled.resampled_means import LANES, TOGETHER, resampled_means

            draws = np.pad(draws, ((0, -drawn % TOGETHER), (0, 0)))
            means = np.empty((categories, len(draws), LANES), np.float32)
            means[ends == starts] = np.nan
            resampled_means(draws, dataset.runs[:, present], present, self._in_lanes, means)
            return means[:, :drawn, : len(self.units)]
        means = np.full((categories, drawn, len(self.units)), np.nan, np.float32)
        for category in present:
            own = slice(starts[category], ends[category])
            np.matmul(draws[:, own].astype(np.float32), self.responses[own], out=means[category])
            means[category] /= own.stop - own.start
        return means

    @cached_property
    def _in_lanes(self) -> FloatArray:
        from shiftscope.statistics.compiled.resampled_means import LANES

        lanes = np.zeros((len(self.responses), LANES), np.float32)
        lanes[:, : len(self.units)] = self.responses
        return lanes

    def _largest(self, some: slice) -> npt.NDArray[np.float64]:
        """(resample, unit) largest response, through the strongest samples that are kept of each unit.

        A resample without any of a hundred strongest ones does not happen (probability about e^-100).
        """
        positions, strengths = self._strongest
        draws = self.dataset.draws[some]
        largest = np.full((len(draws), len(self.units)), np.nan)
        for place, strength in zip(positions, strengths, strict=True):
            sought = np.isnan(largest)
            if not sought.any():
                break
            drawn = (draws[:, place] > 0) & (place >= 0) & sought
            largest = np.where(drawn, strength, largest)
        return largest

    @cached_property
    def _strongest(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
        """(rank, unit) places of each unit's top samples among the dataset's, -1 where there are no more; responses."""
        dataset = self.dataset
        top = dataset.recording.summary(dataset.layer, TopSamples)
        chosen = slice(self.units.start, self.units.stop)
        place = np.full(len(dataset.recording.samples) + 1, -1)  # one more, for the missing position -1
        place[dataset.order] = np.arange(len(dataset.order))
        return place[top.position[:, chosen]], top.response[:, chosen].astype(np.float64)

    def _scale(self) -> UnitArray:
        if not self.dataset.recording.keeps_responses:
            return np.full(len(self.units), np.nan)
        return np.array([_median_size(run) for run in self.responses.T])


def _median_size(run: npt.NDArray[Any]) -> float:
    sizes = np.abs(run[run != 0])
    return float(np.median(sizes)) if len(sizes) else float("nan")
