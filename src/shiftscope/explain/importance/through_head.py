"""What features add to the logits where the layer behind them feeds the linear head: exact, without the model."""

from __future__ import annotations

import numpy as np

from shiftscope.derived.derivation import Rows
from shiftscope.explain.fit_under_shift.sets import ReportedSet
from shiftscope.explain.importance.set_importance import SetImportance, Sums
from shiftscope.model.linear_map import LinearMap


def contributions(codes: Rows, atoms: Rows, weight: Rows, predictions: np.ndarray) -> Rows:
    """(sample, unit) what each feature adds to the logit of the predicted category: z_k · ⟨D_k, W_c⟩.

    Gradient times code, integrated gradients from zero and occlusion of a code are all this number.

    Parameters
    ----------
    codes : (sample, unit)
    atoms : (unit, input)
    weight : (category, input)
    predictions : (sample,)
    """
    found: Rows = codes * (weight @ atoms.T)[predictions]
    return found


def importance_through_head(
    reported: ReportedSet, atoms: Rows, head: LinearMap, categories: int
) -> SetImportance:
    """Of the samples of one dataset, read in blocks; `reported.layer` is the derived one."""
    units = len(atoms)
    sums = Sums.of(np.empty((0, units), np.float32), np.empty(0, np.int64), categories)
    answered = reported.recording.samples.predictions
    for _, run, inside, codes in reported.blocks():
        predictions = answered[run][inside]
        sums = sums.merge(
            Sums.of(contributions(codes, atoms, head.weight, predictions), predictions, categories)
        )
    return sums.importance()
