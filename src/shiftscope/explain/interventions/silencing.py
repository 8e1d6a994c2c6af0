"""How many answers of a linear head are right when one more unit is silent, for every unit at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray

RIVALS = 32  # categories near the top that are looked at first
NUMBERS_AT_ONCE = 4_000_000  # of a block's largest array
SLACK = 1 + 1e-5  # over the rounding of float32

Counts = npt.NDArray[np.int64]  # (unit,)


@dataclass(frozen=True, eq=False)
class Shown:
    """Labelled samples as the head sees them."""

    responses: npt.NDArray[np.floating[Any]]  # (sample, unit) as stored
    logits: npt.NDArray[np.float32]  # (sample, category)
    labels: npt.NDArray[np.int64]  # (sample,)

    def __len__(self) -> int:
        return len(self.labels)

    def of(self, chosen: npt.NDArray[np.bool_]) -> Shown:
        """The samples chosen, (sample,)."""
        return Shown(self.responses[chosen], self.logits[chosen], self.labels[chosen])

    def without(self, unit: int, weight: npt.NDArray[np.float32]) -> Shown:
        """The same samples with the logits that are left when `unit` is silent."""
        gone = self.responses[:, unit, None].astype(np.float32) * weight[:, unit]
        return replace(self, logits=self.logits - gone)

    def right(self) -> npt.NDArray[np.bool_]:
        """(sample,) whether the largest logit is the label's."""
        return np.asarray(self.logits.argmax(axis=1) == self.labels)


def right_without_each(shown: Shown, weight: npt.NDArray[np.float32], units: npt.NDArray[np.intp]) -> Counts:
    """(unit,) right answers with each of `units` silent by itself.

    Silencing moves the difference of any two logits by at most the response times the spread of the unit's weights.
    Only where that reaches the margin, between the label's logit and the largest other one, can an answer become
    right or wrong; only there are logits computed, and of these only the ones that can come out on top. The counts
    are the same as if all were computed.

    Parameters
    ----------
    weight : (category, unit)
    units : (unit,)
    """
    into = np.ascontiguousarray(weight.T[units])  # (unit, category)
    spread = (into.max(axis=1) - into.min(axis=1)) * SLACK
    counts = np.zeros(len(units), np.int64)
    block = max(1, NUMBERS_AT_ONCE // max(len(units), weight.shape[0]))
    for start in range(0, len(shown), block):
        run = slice(start, start + block)
        responses = shown.responses[run, units].astype(np.float32)
        counts += _right_in_block(responses, shown.logits[run], shown.labels[run], into, spread)
    return counts


def likelier_without_each(
    shown: Shown, weight: npt.NDArray[np.float32], units: npt.NDArray[np.intp]
) -> UnitArray:
    """(unit,) by how much silencing each of `units` raises the log-likelihood of the labels, to first order.

    The sum over samples of the response times the gradient of the negative log-likelihood with respect to it.
    """
    raised = np.zeros(len(units))
    into = weight[:, units]
    block = max(1, NUMBERS_AT_ONCE // max(into.shape))
    for start in range(0, len(shown), block):
        run = slice(start, start + block)
        logits, labels = shown.logits[run], shown.labels[run]
        error = np.exp(logits - logits.max(axis=1, keepdims=True))
        error /= error.sum(axis=1, keepdims=True)
        error[np.arange(len(labels)), labels] -= 1
        raised += (shown.responses[run, units].astype(np.float32) * (error @ into)).sum(axis=0)
    return raised


def _right_in_block(
    responses: npt.NDArray[np.float32],
    logits: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    into: npt.NDArray[np.float32],
    spread: npt.NDArray[np.float32],
) -> Counts:
    rows = np.arange(len(labels))
    label_logit = logits[rows, labels]
    others = logits.copy()
    others[rows, labels] = -np.inf
    rivals = min(RIVALS, logits.shape[1] - 1)
    nearest = np.argpartition(-others, rivals - 1, axis=1)[:, :rivals]
    rival_logits = np.take_along_axis(others, nearest, axis=1)
    top = rival_logits.max(axis=1)
    margin = label_logit - top
    right = logits.argmax(axis=1) == labels
    counts = np.full(len(into), right.sum())
    reach = np.abs(responses) * spread
    sample, unit = np.nonzero(reach >= np.abs(margin)[:, None])
    all_are_near = rivals == logits.shape[1] - 1
    beyond = np.inf if all_are_near else (top - rival_logits.min(axis=1))[sample]
    near = reach[sample, unit] < beyond
    for chosen, width in ((near, rivals), (~near, logits.shape[1])):
        which = np.flatnonzero(chosen)
        step = max(1, NUMBERS_AT_ONCE // width)
        for start in range(0, len(which), step):
            s, u = sample[which[start : start + step]], unit[which[start : start + step]]
            response = responses[s, u]
            if chosen is near:
                left = rival_logits[s] - response[:, None] * into[u[:, None], nearest[s]]
            else:
                left = others[s] - response[:, None] * into[u]
            label_left, best_left = label_logit[s] - response * into[u, labels[s]], left.max(axis=1)
            right_now = label_left > best_left
            tied = np.flatnonzero(label_left == best_left)  # of equal logits the first counts, as everywhere
            all_left = logits[s[tied]] - response[tied, None] * into[u[tied]]
            right_now[tied] = all_left.argmax(axis=1) == labels[s[tied]]
            counts += np.bincount(u[right_now & ~right[s]], minlength=len(into))
            counts -= np.bincount(u[~right_now & right[s]], minlength=len(into))
    return counts
