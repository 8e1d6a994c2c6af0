"""The confusions that a dataset's page names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shiftscope.outcomes.outcomes import outcomes
from shiftscope.views.dataset.shown_dataset import ShownDataset
from shiftscope.views.parts.grown_in import grown_in

NAMED = 3


@dataclass(frozen=True)
class Confused:
    """One label taken for another."""

    actual: int
    predicted: int
    answers: tuple[int, int]  # how many of how many with the label
    usual: float  # share in the baseline

    @property
    def share(self) -> float:
        return self.answers[0] / self.answers[1]

    def page(self, dataset: ShownDataset) -> str:
        """Its page, with this dataset as the focus."""
        return dataset.selection.page(f"confusions/{self.actual}/{self.predicted}", focus=dataset.name)


def most_confused(dataset: ShownDataset) -> list[Confused]:
    """Those that grew most from the baseline, three at most; of the baseline itself the most frequent."""
    selection = dataset.selection
    if dataset.name != selection.baseline:
        return [
            Confused(each.actual, each.predicted, each.answers, each.usual_share)
            for each in grown_in(selection, dataset.name, NAMED)
        ]
    found = outcomes(dataset.samples, len(selection.study.categories))
    wrong = found.confusions - np.diag(np.diag(found.confusions))
    actual, predicted = np.nonzero(wrong)  # few of all there could be
    most = np.argsort(-wrong[actual, predicted], kind="stable")[:NAMED]
    return [
        Confused(a, b, (int(wrong[a, b]), int(found.by_label[a])), wrong[a, b] / found.by_label[a])
        for a, b in zip(actual[most].tolist(), predicted[most].tolist(), strict=True)
    ]
