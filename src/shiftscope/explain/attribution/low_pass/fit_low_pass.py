"""Fitting the cutoff of a unit's maps on one half of the reference, and measuring it elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.attribution import Passes, attributions
from shiftscope.explain.attribution.attributions import AttributionQuestion
from shiftscope.explain.attribution.faithfulness.faithful import f_of, f_passes
from shiftscope.explain.attribution.low_pass.fitted_low_pass import FittedLowPass
from shiftscope.explain.attribution.low_pass.low_pass import fitted_cutoff, low_passed, search_grid
from shiftscope.explain.attribution.study_functions import function_of_study, target_of
from shiftscope.explain.attribution.study_maps import (
    FloatArray,
    coefficients_of,
    maps_over,
    reduced_maps,
)
from shiftscope.recording.live_study import LiveStudy
from shiftscope.statistics.split import fit_half
from shiftscope.store.layout import LOGITS
from shiftscope.summaries.top_samples import TopSamples

SAMPLES = 24  # of each part, the strongest of the unit in it
LEAST = 4

Measure = Callable[[FloatArray], FloatArray]  # (sample, row, column) maps -> (sample,) F


def low_passed_maps(maps: FloatArray, cutoff: float | None) -> FloatArray:
    """Absolute values of (sample, row, column) maps without what is finer; as they are without a cutoff.

    Raises
    ------
    BadRequest
        A cutoff out of range.
    """
    return maps if cutoff is None else np.abs(low_passed(maps, cutoff))


def fit_low_pass(
    live: LiveStudy,
    question: AttributionQuestion,
    known: FittedLowPass | None = None,
    *,
    rows: int | None = None,
) -> FittedLowPass:
    """The most faithful cutoff of the reference's fit half, with what F gains on its held-out half and on the dataset
    of the question.

    Parameters
    ----------
    known
        What was fitted before, so that the dataset alone is measured.

    Raises
    ------
    BadRequest
        Too few samples in a half, or none with a faithfulness.
    """
    reference = live.study.reference
    if known is None:
        maps, measure = _shown(live, question, reference, fit=True, rows=rows)
        found = fitted_cutoff(maps, measure)
        held_out = _gain(live, question, reference, found.cutoff, rows)
        known = FittedLowPass(found.cutoff, found.grid, found.faithfulness, measure(maps), held_out)
    if question.dataset == reference:
        return replace(known, shifted=None)
    return replace(known, shifted=_gain(live, question, question.dataset, known.cutoff, rows))


def fit_passes(
    live: LiveStudy,
    question: AttributionQuestion,
    method: Passes,
    size: tuple[int, int],
    known: FittedLowPass | None,
) -> Passes:
    """At most; `method` is what one map takes."""
    each = f_passes(size[0] * size[1])
    parts = (0 if known else 2) + (question.dataset != live.study.reference)
    measured = SAMPLES * (2 * parts + (0 if known else len(search_grid(size)) - 1))
    return Passes(
        SAMPLES * parts * method.forward + measured * each.forward, SAMPLES * parts * method.backward
    )


def _gain(
    live: LiveStudy, question: AttributionQuestion, dataset: str, cutoff: float, rows: int | None
) -> FloatArray:
    """(sample,) F of filtered maps less that of the maps as they are."""
    maps, measure = _shown(live, question, dataset, fit=False, rows=rows)
    return measure(low_passed_maps(maps, cutoff)) - measure(maps)


def _shown(
    live: LiveStudy, question: AttributionQuestion, dataset: str, *, fit: bool, rows: int | None
) -> tuple[FloatArray, Measure]:
    """Maps of the unit's strongest samples of one half, and what measures others of the same samples."""
    positions = _positions(live, question, dataset, fit=fit)
    method = attributions[question.method]
    function = function_of_study(live, [target_of(question)])
    maps, inputs = [], []
    for block in maps_over(
        live,
        function,
        method,
        dataset,
        positions,
        options=question.options,
        baselines=question.baselines,
        seed=question.seed,
        rows=rows,
    ):
        found = block.found.maps[:, 0]
        maps.append(
            coefficients_of(method, found, block, question.options).to_pixels()
            if method.wavelets
            else reduced_maps(found)
        )
        inputs.append(block.inputs)
    return np.concatenate(maps), f_of(live, function, question, torch.cat(inputs))


def _positions(live: LiveStudy, question: AttributionQuestion, dataset: str, *, fit: bool) -> Sequence[int]:
    """The strongest first; images are in one half in every dataset that has them under the same id."""
    recording = live.study[dataset]
    if question.layer == LOGITS:
        logits = recording.logits_of()[:, question.unit]
        order = np.argsort(-logits, kind="stable")
        order = order[np.isfinite(logits[order])]
    else:
        order = recording.summary(question.layer, TopSamples).position[:, question.unit]
        order = order[order >= 0]
    half = fit_half(recording.samples.column("id").to_pylist())
    chosen = order[half[order] == fit][:SAMPLES]
    if len(chosen) < LEAST:
        part = "fit" if fit else "held-out"
        raise BadRequest(
            f"a cutoff is fitted on {LEAST} samples of one half or more and measured on as many of the other; of the "
            f"{len(order)} strongest of {question.layer}:{question.unit} on {dataset} {len(chosen)} are in the {part} "
            "half. Give low_pass a number."
        )
    return [int(place) for place in chosen]
