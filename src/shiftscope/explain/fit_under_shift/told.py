"""How each sample of a set is told, in one pass over its responses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.derived.derivation import Derivation, Rows
from shiftscope.explain.fit_under_shift.moments import SetMoments
from shiftscope.explain.fit_under_shift.reconstructions import Reconstruct
from shiftscope.explain.fit_under_shift.sets import ReportedSet
from shiftscope.explain.interventions.head import recorded_logits
from shiftscope.model.linear_map import LinearMap

FloatArray = npt.NDArray[np.float64]
MOST_ERRORS = 4096  # samples of the held-out reference whose errors are kept for the control
CONTROL_DRAWS = 4  # errors that each sample gets in turn
SEED = 0


@dataclass(frozen=True, eq=False)
class Told:
    """Of each reported sample; NaN in the last three where no head is stored."""

    errors: FloatArray  # (sample,) ‖a − â‖²
    sizes: FloatArray  # (sample,) ‖a‖²
    spreads: FloatArray  # (sample,) ‖a − mean of the set‖²
    within: FloatArray  # (sample,) ‖a − mean of its category‖²; NaN without a label
    kept: FloatArray  # (sample,) 1 where the prediction stays
    control: FloatArray  # (sample,) share of foreign errors under which it stays
    kl: FloatArray  # (sample,) nats


def foreign_errors(reported: ReportedSet, reconstruct: Reconstruct, head: LinearMap | None) -> Rows | None:
    """(sample, category) what the errors of some samples of the held-out reference do to the logits."""
    if head is None:
        return None
    rng = np.random.default_rng([SEED, len(reported)])
    chosen = np.zeros(len(reported), bool)
    chosen[rng.permutation(len(reported))[:MOST_ERRORS]] = True
    parts = [
        (reconstruct(rows[mine]) - rows[mine]) @ head.weight.T
        for places, _, _, rows in reported.blocks()
        if (mine := chosen[places]).any()
    ]
    return np.concatenate(parts) if parts else None


def told(
    reported: ReportedSet,
    moments: SetMoments,
    reconstruct: Reconstruct,
    head: LinearMap | None,
    foreign: Rows | None,
) -> Told:
    """The change of the responses times the head's weights is added to the stored logits."""
    found = {name: np.full(len(reported), np.nan) for name in Told.__dataclass_fields__}
    rng = np.random.default_rng(SEED)
    for places, run, inside, rows in reported.blocks():
        change = reconstruct(rows) - rows
        found["errors"][places] = _squares(change)
        found["sizes"][places] = _squares(rows)
        found["spreads"][places] = _squares(rows - moments.mean)
        labels = reported.labels[places]
        some = labels >= 0
        found["within"][places][some] = _squares(rows[some] - moments.category_means[labels[some]])
        if head is not None and foreign is not None:
            logits = recorded_logits(reported.recording, run.start, run.stop)[inside]
            predicted = logits.argmax(1)
            changed = (logits + change @ head.weight.T).astype(np.float32)
            found["kept"][places] = changed.argmax(1) == predicted
            found["kl"][places] = _divergence(logits, changed)
            drawn = rng.integers(0, len(foreign), (CONTROL_DRAWS, len(rows)))
            stays = [(logits + foreign[draw]).argmax(1) == predicted for draw in drawn]
            found["control"][places] = np.mean(stays, axis=0)
    return Told(**found)


def active_codes(reported: ReportedSet, fitted: Derivation) -> tuple[float, npt.NDArray[np.bool_]]:
    """Active features a sample, and (feature,) whether any sample makes each active."""
    active, ever = 0, np.zeros(len(fitted.components_), bool)
    for _, _, _, rows in reported.blocks():
        codes = fitted.transform(rows)
        active += int((codes != 0).sum())
        ever |= (codes != 0).any(0)
    return active / max(len(reported), 1), ever


def _squares(rows: npt.NDArray[np.floating]) -> FloatArray:
    squares: FloatArray = np.square(rows, dtype=np.float64).sum(1)
    return squares


def _divergence(logits: Rows, changed: Rows) -> FloatArray:
    """(sample,) KL of the probabilities after the change from those before it."""
    before, after = (_log_softmax(each.astype(np.float64)) for each in (logits, changed))
    nats: FloatArray = (np.exp(before) * (before - after)).sum(1)
    return nats


def _log_softmax(logits: FloatArray) -> FloatArray:
    shifted = logits - logits.max(1, keepdims=True)
    told: FloatArray = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    return told
