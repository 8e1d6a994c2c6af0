"""The samples whose responses enter a linear map, by category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.store.layout import SHARD_SAMPLES
from shiftscope.store.stored_recording import Recording

AT_ONCE = 4096  # samples of some categories in memory beside the responses


@dataclass(frozen=True, eq=False)
class MapInputs:
    """Responses and labels of samples that were shown and have a label."""

    responses: npt.NDArray[np.floating[Any]]  # (sample, input)
    labels: npt.NDArray[np.int64]  # (sample,)
    order: npt.NDArray[np.intp]  # samples by category; a resample repeats some

    @classmethod
    def of_arrays(cls, responses: npt.NDArray[np.floating[Any]], labels: npt.NDArray[np.int64]) -> MapInputs:
        """Samples with NO_LABEL are left out."""
        known = np.flatnonzero(labels != NO_LABEL)
        return cls(responses, labels, known[np.argsort(labels[known], kind="stable")])

    @classmethod
    def of_recording(cls, recording: Recording, layer: str) -> MapInputs:
        """All samples of a recording, in the type they are stored in: 2 bytes a response unless asked otherwise."""
        shown = recording.samples.predictions != NO_LABEL
        stored = np.empty((len(shown), recording.layer(layer).units), recording.stored_type(layer))
        for start in range(0, len(shown), SHARD_SAMPLES):
            stop = min(start + SHARD_SAMPLES, len(shown))
            stored[start:stop] = recording.responses(layer, start, stop)
        return cls.of_arrays(stored, np.where(shown, recording.samples.labels, NO_LABEL))

    def samples(self, categories: int) -> npt.NDArray[np.int64]:
        """(category,) how many each has."""
        return np.bincount(self.labels[self.order], minlength=categories)

    def of(self, first: int, last: int) -> npt.NDArray[np.floating[Any]]:
        """(sample, input) responses of the categories from `first` to before `last`, one category after the other."""
        ordered = self.labels[self.order]
        return self.responses[self.order[slice(*np.searchsorted(ordered, [first, last]))]]

    def runs(self, samples: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        """Categories from the first to before the last that are read together, given the samples of each."""
        first = held = 0
        for category, here in enumerate(samples.tolist()):
            if held and held + here > AT_ONCE:
                yield first, category
                first, held = category, 0
            held += here
        if first < len(samples):
            yield first, len(samples)

    def shuffled(self, rng: np.random.Generator) -> MapInputs:
        """The same samples with their labels dealt out anew."""
        labels = self.labels.copy()
        labels[self.order] = rng.permutation(labels[self.order])
        return MapInputs.of_arrays(self.responses, labels)

    def resampled(self, rng: np.random.Generator) -> MapInputs:
        """As many samples of each category, drawn with replacement within it."""
        ordered = self.labels[self.order]
        size = np.bincount(ordered) if len(ordered) else np.zeros(0, np.int64)
        start = np.concatenate([[0], np.cumsum(size)[:-1]])[ordered] if len(ordered) else ordered
        drawn = start + (rng.random(len(ordered)) * size[ordered]).astype(np.intp)
        return replace(self, order=self.order[drawn])
