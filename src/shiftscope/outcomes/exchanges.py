"""Where wrong answers go: categories that trade places, and predictions that take most of what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NEARLY_ALL = 0.8  # of a category's samples
MOST = 0.5  # of the wrong answers
SENDERS = 3  # labels named


@dataclass(frozen=True)
class Takers:
    """The one prediction, or the two, that most wrong answers are."""

    predictions: Sequence[int]  # the larger first
    share: float  # of the wrong answers
    labels: Sequence[int]  # most often sent there, none of the predictions among them, the largest first


def trading_places(confusions: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Categories that send at least 80 % of their samples to one other, and that other: the largest first.

    Empty unless at least half of all categories and at least two do, all to different ones.

    Parameters
    ----------
    confusions : (label, prediction)
        Samples of one dataset.
    """
    totals = confusions.sum(axis=1)
    wrong = _wrong(confusions)
    to = wrong.argmax(axis=1)
    sent = wrong.max(axis=1, initial=0)
    found = np.flatnonzero((totals > 0) & (sent >= NEARLY_ALL * totals))
    if len(found) < 2 or 2 * len(found) < len(confusions) or len(set(to[found].tolist())) < len(found):
        return []
    order = found[np.argsort(-sent[found], kind="stable")]
    return [(int(label), int(to[label])) for label in order]


def takers(confusions: npt.NDArray[np.int64]) -> Takers | None:
    """The prediction, or else the two, that at least half of the wrong answers are; None where there are no such."""
    wrong = _wrong(confusions)
    by_prediction, total = wrong.sum(axis=0), int(wrong.sum())
    if not total:
        return None
    largest = np.argsort(-by_prediction, kind="stable")
    for how_many in (1, 2):
        chosen = largest[:how_many]
        taken = int(by_prediction[chosen].sum())
        if taken >= MOST * total and (by_prediction[chosen] > 0).all():
            sent = wrong[:, chosen].sum(axis=1)
            labels = [int(a) for a in np.argsort(-sent, kind="stable") if sent[a] > 0 and a not in chosen]
            return Takers([int(p) for p in chosen], taken / total, labels[:SENDERS])
    return None


def largest_confusion(confusions: npt.NDArray[np.int64]) -> tuple[int, int, int] | None:
    """Label, prediction and count of the most frequent confusion; None without a wrong answer."""
    wrong = _wrong(confusions)
    at = int(wrong.argmax()) if wrong.size else 0
    if not wrong.size or not wrong.flat[at]:
        return None
    label, prediction = divmod(at, len(wrong))
    return label, prediction, int(wrong.flat[at])


def _wrong(confusions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    wrong = confusions.copy()
    np.fill_diagonal(wrong, 0)
    return wrong
