"""One dataset at one layer with its bootstrap draws, read by runs of units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL, UnitArray
from shiftscope.scores.bootstrap import Draws, draw_again
from shiftscope.scores.tuning import Tuning
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.top_samples import TopSamples

if TYPE_CHECKING:
    from shiftscope.store.recording import Recording

FloatArray = npt.NDArray[np.float32]
NUMBERS_AT_ONCE = 500_000  # category x resample x unit


class DrawnDataset:
    """Samples stand in the order of their labels, skipped ones left out."""

    def __init__(self, recording: Recording, layer: str, resamples: int, rng: np.random.Generator) -> None:
        self.recording, self.layer, self.resamples = recording, layer, resamples
        samples = recording.samples
        shown = np.flatnonzero(samples.predictions != NO_LABEL)
        self.order = shown[np.argsort(samples.labels[shown], kind="stable")]
        self.labels = samples.labels[self.order]
        self.predictions = samples.predictions[self.order]
        self.draws = draw_again(self.labels, resamples if recording.keeps_responses else 0, rng)

    def read(self, units: range) -> DrawnUnits:
        return DrawnUnits(self, units)

    @cached_property
    def wrong_and_right(self) -> tuple[SomeSamples, SomeSamples]:
        """Labelled samples that were told wrong, and those that were told right."""
        known, same = self.labels != NO_LABEL, self.labels == self.predictions
        wrong, right = np.flatnonzero(known & ~same), np.flatnonzero(known & same)
        return SomeSamples(wrong, self.draws[:, wrong]), SomeSamples(right, self.draws[:, right])


@dataclass(frozen=True)
class SomeSamples:
    """Some of a dataset's samples: their rows, and how often each resample holds them."""

    rows: npt.NDArray[np.intp]
    draws: Draws  # (resample, sample)


class DrawnUnits:
    """Some units of a `DrawnDataset`; nothing is read until asked for."""

    def __init__(self, dataset: DrawnDataset, units: range) -> None:
        self.dataset, self.units = dataset, units

    @property
    def has_responses(self) -> bool:
        return self.dataset.recording.keeps_responses and len(self.dataset.labels) > 0

    @cached_property
    def responses(self) -> FloatArray:
        """(sample, unit), each unit's run contiguous; `NotInStudy` where only summaries were kept."""
        read, dataset = self.dataset.recording.unit_responses, self.dataset
        rows = [read(dataset.layer, unit)[dataset.order].astype(np.float32) for unit in self.units]
        return np.stack(rows).T

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

    def redrawn(self) -> Iterator[Tuning]:
        """What the resamples give, some resamples at a time."""
        means, largest, observed = self._means, self._largest, self.observed
        step = max(1, NUMBERS_AT_ONCE // max(1, means.shape[0] * means.shape[2]))
        for start in range(0, self.dataset.resamples, step):
            some = slice(start, start + step)
            held = np.broadcast_to(observed.scale, largest[some].shape)
            yield Tuning(
                means[:, some].reshape(len(means), -1).astype(np.float64),
                observed.count,
                largest[some].ravel(),
                held.ravel(),
            )

    @cached_property
    def _means(self) -> FloatArray:
        """(category, resample, unit) mean responses; NaN for a category without samples."""
        dataset, responses = self.dataset, self.responses
        categories = range(dataset.recording.plan.categories)
        means = np.full((len(categories), dataset.resamples, len(self.units)), np.nan, np.float32)
        ends = np.searchsorted(dataset.labels, categories, side="right")
        starts = np.searchsorted(dataset.labels, categories, side="left")
        for category in np.flatnonzero(ends > starts):
            own = slice(starts[category], ends[category])
            np.matmul(dataset.draws[:, own], responses[own], out=means[category])
            means[category] /= own.stop - own.start
        return means

    @cached_property
    def _largest(self) -> npt.NDArray[np.float64]:
        """(resample, unit) largest response, through the strongest samples that are kept of each unit.

        A resample without any of a hundred strongest ones does not happen (probability about e^-100).
        """
        dataset = self.dataset
        top = dataset.recording.summary(dataset.layer, TopSamples)
        chosen = slice(self.units.start, self.units.stop)
        positions, strengths = top.position[:, chosen], top.response[:, chosen].astype(np.float64)
        place = np.full(len(dataset.recording.samples) + 1, -1)  # one more, for the missing position -1
        place[dataset.order] = np.arange(len(dataset.order))
        drawn = (dataset.draws[:, place[positions]] > 0) & (positions >= 0)
        return np.take_along_axis(strengths, drawn.argmax(axis=1), axis=0)

    def _scale(self) -> UnitArray:
        if not self.dataset.recording.keeps_responses:
            return np.full(len(self.units), np.nan)
        return np.array([_median_size(run) for run in self.responses.T])


def _median_size(run: npt.NDArray[Any]) -> float:
    sizes = np.abs(run[run != 0])
    return float(np.median(sizes)) if len(sizes) else float("nan")
