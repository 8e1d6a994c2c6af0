"""Which datasets the samples of a shifted or cued one may be twins of."""

from __future__ import annotations

from collections.abc import Iterator

from shiftscope.datasets.relabelled import Relabelled
from shiftscope.datasets.sample import Dataset
from shiftscope.datasets.shifts.shifted import Shifted
from shiftscope.datasets.split import Part
from shiftscope.datasets.stimuli.cues.cued import Cued


def fingerprints_before(dataset: Dataset) -> Iterator[str]:
    """Of the datasets that it may have been recorded as without its last shift or cue, without the last two, and so
    on: relabelled and parted as it is. After a part that of the whole; of a cue's set also the other sets."""
    if isinstance(dataset, Shifted):
        yield dataset.source_fingerprint
        yield from fingerprints_before(dataset.made_from)
    elif isinstance(dataset, Cued):
        yield from dataset.twin_fingerprints()
        yield from fingerprints_before(dataset.made_from)
    elif isinstance(dataset, Relabelled):
        yield from map(dataset.fingerprint_over, fingerprints_before(dataset.dataset))
    elif isinstance(dataset, Part):
        for whole in fingerprints_before(dataset.dataset):
            yield dataset.fingerprint_over(whole)
            yield whole
