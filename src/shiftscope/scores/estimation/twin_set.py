"""The pairs of twins that a score reads, with the bootstrap draws of their originals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.scores.estimation.resampled_dataset import ResampledDataset, ResampledUnits, SomeSamples
from shiftscope.statistics.bootstrap import draw_again
from shiftscope.statistics.clusters import Clusters
from shiftscope.statistics.empirical_cdf import EmpiricalCdf, empirical_cdfs
from shiftscope.store.twins import Twins

FEWEST_PAIRS = 30  # of different originals; fewer are not tested

Responses = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class TwinSet:
    """Pairs of samples that were both shown, in the order of the labels and originals of the shifted ones."""

    ours: npt.NDArray[np.intp]  # (pair,) places among the samples of the one `ResampledDataset`
    theirs: npt.NDArray[np.intp]  # (pair,) of the other
    clusters: Clusters
    originals: SomeSamples  # with their draws

    @classmethod
    def of(
        cls, twins: Twins, shifted: ResampledDataset, reference: ResampledDataset, rng: np.random.Generator
    ) -> TwinSet:
        places = [_places(side)[rows] for side, rows in ((shifted, twins.ours), (reference, twins.theirs))]
        shown = (places[0] >= 0) & (places[1] >= 0)
        ours, theirs, originals = places[0][shown], places[1][shown], twins.originals[shown]
        labels = _of_first(originals, shifted.labels[ours])
        order = np.lexsort((originals, labels))
        clusters = Clusters.of(originals[order])
        of_originals = labels[order][clusters.starts]
        draws = draw_again(of_originals, shifted.resamples, rng)
        some = SomeSamples(np.arange(len(clusters)), of_originals, draws)
        return cls(ours[order], theirs[order], clusters, some)

    @property
    def tested(self) -> bool:
        return len(self.clusters) >= FEWEST_PAIRS

    def responses(self, shifted: ResampledUnits, reference: ResampledUnits) -> tuple[Responses, Responses]:
        """(pair, unit) of both."""
        return shifted.responses[self.ours], reference.responses[self.theirs]

    def steps(
        self, shifted: ResampledUnits, reference: ResampledUnits, ordered: list[EmpiricalCdf] | None
    ) -> list[EmpiricalCdf]:
        """Of each unit, over the samples of the pairs; from those `ordered` where they are of the same samples."""
        if ordered and self._is_whole(shifted.dataset, reference.dataset):
            return [
                replace(each, of_ours=each.of_ours[self.ours], of_theirs=each.of_theirs[self.theirs])
                for each in ordered
            ]
        return empirical_cdfs(shifted.stored.T[self.ours], reference.stored.T[self.theirs])

    def _is_whole(self, shifted: ResampledDataset, reference: ResampledDataset) -> bool:
        """Whether each sample of either dataset is in one pair."""
        return all(
            len(rows) == len(side.labels) == len(np.unique(rows))
            for rows, side in ((self.ours, shifted), (self.theirs, reference))
        )


def _places(dataset: ResampledDataset) -> npt.NDArray[np.intp]:
    """(row,) place of each row of a recording among the samples of the dataset, -1 for a skipped one."""
    places = np.full(len(dataset.recording.samples), -1)
    places[dataset.order] = np.arange(len(dataset.order))
    return places


def _of_first(originals: npt.NDArray[np.intp], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(pair,) the label of the first pair with the same original, so that a cluster is in one label."""
    first = Clusters.of(originals)
    return np.repeat(labels[first.starts], first.sizes)
