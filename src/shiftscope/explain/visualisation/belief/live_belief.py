"""How much of a study's picture to believe, with its model and data at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.explain.attribution.faithfulness.randomised import with_randomised_weights
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.attribution.sanity.sane import module_read, statistics_inputs
from shiftscope.explain.attribution.study_functions import function_of_study
from shiftscope.explain.visualisation.belief.belief import CHANGES, COLUMNS, Belief, median
from shiftscope.explain.visualisation.belief.kept_shares import (
    CUTOFFS,
    kept_share,
    without_colour,
    without_detail,
)
from shiftscope.explain.visualisation.belief.measured import (
    Images,
    Measured,
    at_size,
    held_out_half,
    natural_samples,
    path_through,
)
from shiftscope.explain.visualisation.belief.reached import reached
from shiftscope.explain.visualisation.belief.second_network import SecondNetwork
from shiftscope.explain.visualisation.differences.in_use import responses_to
from shiftscope.explain.visualisation.drawing import Drawing, pictures_for
from shiftscope.explain.visualisation.facets import facets_of
from shiftscope.explain.visualisation.fit_positions import fit_positions
from shiftscope.explain.visualisation.live import AT_ONCE, target_of
from shiftscope.explain.visualisation.picture_question import MAXIMISATION, PictureQuestion
from shiftscope.explain.visualisation.visualisation import visualisations
from shiftscope.explain.visualisation.visualised import Visualised
from shiftscope.recording.live_study import LiveStudy

NOISE_STEPS = 64  # of the picture that is maximised pixel by pixel

OnStep = Callable[[int, float], None]


def belief_steps(question: PictureQuestion) -> int:
    """Steps of the pictures that are drawn for it."""
    return 2 * question.steps + NOISE_STEPS


def belief_of(
    live: LiveStudy,
    question: PictureQuestion,
    drawing: Drawing,
    found: Visualised,
    on_step: OnStep = lambda step, value: None,
    *,
    second: SecondNetwork | None = None,
) -> Belief:
    """Measure a picture, natural samples, and pictures that owe nothing to the unit or to its weights; with a second
    network also what they do to it.

    Raises
    ------
    NotInStudy
        Single responses of the layer are not kept.
    BadRequest
        The reference is too small.
    ModelError
        The model cannot be copied.
    """
    responses = responses_to(live.study, live.study.reference, question.layer, question.unit)
    natural = natural_samples(live.study, responses, [question.seed, question.unit])
    function = function_of_study(live, [target_of(question)])
    function.rows = AT_ONCE
    if question.facets:
        facet = facets_of(function, drawing, question.facets)[question.part]
        drawing = replace(drawing, start=facet.start)
    again, randomised, noise = _controls(live, function, question, drawing, on_step)
    measured = Measured(live, function, drawing.entering)
    groups = [
        at_size(found.image, drawing.size),
        measured.of_reference(natural.strongest),
        measured.of_reference(natural.random),
        at_size(randomised.image, drawing.size),
        at_size(noise.image, drawing.size),
    ]
    half = held_out_half(live.study)
    with torch.inference_mode(False), function.held():
        values = [measured.responses(group) for group in groups]
        quantiles = [[reached(each, responses[half]).quantile for each in some] for some in values]
        kept = _kept(measured, groups, values, float(np.median(responses[np.isfinite(responses)])))
        own = module_read(live, question.layer) or ""
        layers, path, low, high = path_through(
            measured,
            groups,
            measured.of_reference(natural.own),
            measured.of_reference(natural.others),
            own,
            question.seed,
        )
    transfer = None if second is None else second.transfer(question.unit, groups)
    quantile = np.array([np.median(some) for some in quantiles])
    for column, each in ((3, randomised), (4, noise)):
        if each.dead:  # a start that never moved is no picture of anything
            quantile[column] = kept[:, column] = path[:, column] = np.nan
            if transfer is not None:
                transfer.quantiles[column] = np.nan
    return Belief(
        reached=quantile,
        kept=kept,
        path=path,
        low=low,
        high=high,
        layers=layers,
        randomised=float("nan") if randomised.dead else _correlation(found, randomised),
        seeds=float("nan") if again.dead else _correlation(found, again),
        transfer=transfer,
    )


def _controls(
    live: LiveStudy, function: Function, question: PictureQuestion, drawing: Drawing, on_step: OnStep
) -> tuple[Visualised, Visualised, Visualised]:
    """Pictures of another seed, of randomised weights, and by maximising pixels."""
    method = visualisations[question.method]
    part = 0 if question.facets else question.part
    other_seed = replace(drawing, seed=drawing.seed + 1)
    again = pictures_for(function, method, other_seed, question.options, on_step)[part]
    with torch.inference_mode(False):
        model = with_randomised_weights(
            live.model,
            live.inputs(question.dataset, fit_positions(live.study, question.dataset, 2)),
            until=module_read(live, question.layer),
            reference=statistics_inputs(live),
            seed=question.seed,
        )
    other = function_of_study(live, [target_of(question)], model=model)
    randomised = pictures_for(other, method, drawing, question.options, on_step)[part]
    plain = visualisations[MAXIMISATION]
    options: Mapping[str, Any] = plain.with_defaults({"parametrisation": "pixel"})
    simple = replace(drawing, steps=NOISE_STEPS, crops=0, start=None)
    return again, randomised, pictures_for(function, plain, simple, options, on_step)[0]


def _kept(
    measured: Measured, groups: list[Images], values: list[npt.NDArray[np.float64]], middle: float
) -> npt.NDArray[np.float64]:
    """(change, column) medians over the pictures of a column."""
    kept = np.full((len(CHANGES), len(COLUMNS)), np.nan)
    for column, (group, before) in enumerate(zip(groups, values, strict=True)):
        changed = [without_detail(group, cutoff) for cutoff in CUTOFFS]
        if group.shape[1] > 1:
            kept[0, column] = median(kept_share(measured.responses(without_colour(group)), before, middle))
        for row, each in enumerate(changed, start=1):
            kept[row, column] = median(kept_share(measured.responses(each), before, middle))
    return kept


def _correlation(found: Visualised, other: Visualised) -> float:
    """Over the pixels of both in grey; of what was changed where they start from a sample."""
    grey = [
        (each.image if each.delta is None else each.delta).mean(0).ravel().astype(np.float64)
        for each in (found, other)
    ]
    if min(each.std() for each in grey) == 0:
        return float("nan")
    return float(np.corrcoef(*grey)[0, 1])
