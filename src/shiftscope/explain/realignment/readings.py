"""How well some samples are told, by several dictionaries, in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.derived.derivation import Derivation, Rows
from shiftscope.explain.fit_under_shift.sets import ReportedSet
from shiftscope.explain.interventions.head import recorded_logits
from shiftscope.model.linear_map import LinearMap

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reading:
    fvu: float  # share of the variance about the samples' own mean that is left; NaN where they do not vary
    kept: FloatArray  # (sample,) 1 where the prediction stays, in the order in which they are stored
    leading: npt.NDArray[np.intp]  # (sample,) the feature of largest code

    @property
    def share_kept(self) -> float:
        return float(self.kept.mean()) if len(self.kept) else float("nan")


def readings(
    rows: ReportedSet, ways: Mapping[str, Derivation], head: LinearMap, among: npt.NDArray[np.bool_]
) -> dict[str, Reading]:
    """By dictionary; of the samples for which `among` (sample,) is true.

    The change of the responses times the head's weights is added to the stored logits.
    """
    count, total, squares = 0, np.zeros(rows.recording.layer(rows.layer).units), 0.0
    errors = dict.fromkeys(ways, 0.0)
    kept = {name: np.empty(int(among.sum())) for name in ways}
    leading = {name: np.empty(int(among.sum()), np.intp) for name in ways}
    for places, run, inside, block in rows.blocks():
        mine = among[places]
        logits = recorded_logits(rows.recording, run.start, run.stop)[inside][mine]
        predicted, own = logits.argmax(1), block[mine]
        stop = count + len(own)
        exact = own.astype(np.float64)
        total, squares = total + exact.sum(0), squares + float(np.square(exact).sum())
        for name, fitted in ways.items():
            codes = fitted.transform(own)
            change = codes @ fitted.components_ + fitted.mean_ - own
            leading[name][count:stop] = leading_feature(codes)
            errors[name] += float(np.square(change, dtype=np.float64).sum())
            kept[name][count:stop] = (logits + change @ head.weight.T).argmax(1) == predicted
        count = stop
    spread = squares - float(total @ total) / count if count else 0.0
    varies = spread > 1e-12 * squares
    return {
        name: Reading(errors[name] / spread if varies else float("nan"), kept[name], leading[name])
        for name in ways
    }


def leading_feature(codes: Rows) -> npt.NDArray[np.intp]:
    """(row,) the feature whose code is largest in size; of equal ones the first."""
    leading: npt.NDArray[np.intp] = np.abs(codes).argmax(1)
    return leading
