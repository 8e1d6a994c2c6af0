"""Pictures for a study's units, with its model and data at hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.datasets.reopened import recorded_preprocess, recorded_range, took_transform
from shiftscope.errors import BadRequest, LayerError
from shiftscope.explain.attribution.checks import NO_RANGE
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.attribution.study_functions import (
    function_of_study,
    keeps_responses,
    refuse_other_responses,
)
from shiftscope.explain.visualisation.belief.reached import reached
from shiftscope.explain.visualisation.canvas.entering import Entering, refuse_beyond
from shiftscope.explain.visualisation.climb.views import resized
from shiftscope.explain.visualisation.differences.in_use import responses_to
from shiftscope.explain.visualisation.differences.shifted_use import raised_by
from shiftscope.explain.visualisation.drawing import Drawing, pictures_for
from shiftscope.explain.visualisation.facets import facets_of, with_facet
from shiftscope.explain.visualisation.fit_positions import fit_positions, half_positions
from shiftscope.explain.visualisation.picture_question import REFERENCE_PICTURES, PictureQuestion
from shiftscope.explain.visualisation.prior import fitted_prior
from shiftscope.explain.visualisation.visualisation import Until, visualisations
from shiftscope.explain.visualisation.visualised import Visualised
from shiftscope.explain.visualisation.way.activations import Place, activations
from shiftscope.model.evaluation.evaluation import device_and_dtype
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.target import Logit, Neuron, Target
from shiftscope.progress import Progress
from shiftscope.recording.live_study import LiveStudy
from shiftscope.statistics.split import fit_half
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_study import StoredStudy

LARGE = 128  # pixels from which a picture has the size of the model's inputs; smaller ones are drawn twice as large
KEPT_PARTS = 8, 4, 2, 1  # of the steps, after which the picture is kept
AT_ONCE = 64  # inputs that are read at a time
MOST_BYTES = 2**28  # of pictures beyond those whose colours and spectra are taken


def pictures_of(
    live: LiveStudy,
    question: PictureQuestion,
    drawing: Drawing,
    on_step: Callable[[int, float], None] = lambda step, value: None,
    *,
    at: str = "",
) -> list[Visualised]:
    """Draw all parts of it, and say how strongly each drives the unit beside the reference's held-out half.

    Parameters
    ----------
    drawing
        What `drawing_of` has for the question.
    at
        A layer before the unit, whose answer to each picture is told too; of a use always that which tells it apart.

    Raises
    ------
    LayerError
        The layer before does not run before the unit is known.
    StudyMismatch
        The unit does not respond as it did when it was recorded.
    """
    study = live.study
    function = function_of_study(live, [target_of(question)])
    positions = fit_positions(study, question.dataset, 1)
    if question.sample is None:
        refuse_other_responses(live, function, question.dataset, question.layer, [question.unit], positions)
    else:
        refuse_other_responses(
            live, function, question.dataset, question.layer, [question.unit], [question.sample]
        )
    raised = function
    if question.use is not None:
        at = question.use[1]
    if at:
        _refuse_later(live, function, question.dataset, at)
    held_out = held_out_responses(study, question.layer, question.unit)
    if question.use is not None:
        raised = function_of_study(live, [raised_by(study, question, target_of(question))])
        level = math.inf if question.level is None else question.level
        drawing = replace(drawing, until=Until(partial(_response, function, drawing), level))
    method = visualisations[question.method]
    if question.facets:
        clusters = facets_of(function, drawing, question.facets)
        every = []
        for place, facet in enumerate(clusters):
            start = replace(drawing, start=facet.start)
            drawn = pictures_for(raised, method, start, question.options, on_step)
            every.append(with_facet(drawn[0], clusters, place))
    else:
        every = pictures_for(raised, method, drawing, question.options, on_step)
    if question.use is not None:
        every = [
            replace(
                found,
                objective=f"{function.names[0]} as in {_used_in(study, question)}",
                score=float(found.course.responses[-1]),
            )
            for found in every
            if found.course is not None
        ]
    if question.half:
        half = _half_in_words(question, question.half)
        every = [replace(found, objective=f"{found.objective} with the colours of {half}") for found in every]
    if at:
        every = [_with_before(function, drawing, found, study.layer(at)) for found in every]
    return [replace(found, reached=reached(found.score, held_out)) for found in every]


def fit_prior(question: PictureQuestion, drawing: Drawing, progress: Progress) -> None:
    """Fit the prior that the question asks for, if any, so that the pictures of all units find it fitted.

    Raises
    ------
    BadRequest
        One that cannot be fitted so, or on these pictures.
    """
    prior, steps = question.options.get("prior"), question.options.get("prior_steps")
    if prior is not None:
        fitted_prior(prior, drawing.reference, drawing.range, steps=steps, progress=progress)


def with_before(
    live: LiveStudy, question: PictureQuestion, drawing: Drawing, found: Visualised, at: str
) -> Visualised:
    """A kept picture with what a layer before the unit gives for it.

    Raises
    ------
    LayerError
        The layer does not run before the unit is known.
    """
    function = function_of_study(live, [target_of(question)])
    _refuse_later(live, function, question.dataset, at)
    return _with_before(function, drawing, found, live.study.layer(at))


def drawing_of(live: LiveStudy, question: PictureQuestion) -> Drawing:
    """How the picture is drawn, with the samples whose colours and spectra it has; the same for every unit.

    Raises
    ------
    BadRequest
        Inputs that are no pictures, or whose range is not known.
    """
    entering, limits = entering_of(live.study, question.dataset, question.range)
    one = live.inputs(question.dataset, fit_positions(live.study, question.dataset, 1))
    most = min(question.reference_pictures, max(REFERENCE_PICTURES, MOST_BYTES // max(1, one.nbytes)))
    positions = (
        half_positions(live.study, question, most)
        if question.half
        else fit_positions(live.study, question.dataset, most)
    )
    pictures = pictures_at(live, question.dataset, positions, entering, limits)
    start = None
    if question.sample is not None:
        start = pictures_at(live, question.dataset, [question.sample], entering, limits)[0]
    size = (pictures.shape[2], pictures.shape[3])
    drawn_at = question.size or (size if min(size) >= LARGE else (2 * size[0], 2 * size[1]))
    if start is not None:
        start = resized(start, drawn_at).clamp(*limits)
    return Drawing(
        shape=(pictures.shape[1], *drawn_at),
        range=limits,
        size=size,
        steps=question.steps,
        crops=question.crops,
        seed=question.seed,
        entering=entering,
        start=start,
        reference=pictures,
        snapshots=tuple(sorted({question.steps // part for part in KEPT_PARTS} - {0})),
    )


def _used_in(study: StoredStudy, question: PictureQuestion) -> str:
    assert question.use is not None
    dataset, _, sign = question.use
    if dataset == study.reference:
        return _half_in_words(question, 1 if sign > 0 else 2)
    return dataset if sign > 0 else study.reference


def _half_in_words(question: PictureQuestion, half: int) -> str:
    which = "one half" if half == 1 else "the other half"
    division = f", division {question.division}" if question.division > 1 else ""
    return f"{which} of {question.dataset}{division}"


def _with_before(function: Function, drawing: Drawing, found: Visualised, at: RecordedLayer) -> Visualised:
    """The picture with what a layer before the unit gives for it."""
    device, dtype = device_and_dtype(function.model)
    image = resized(torch.from_numpy(found.image), drawing.size)[None].to(device, dtype)
    place = Place(at.name, at.module, at.call, at.item)
    with torch.inference_mode(False), function.held():
        (flat,) = activations(function, drawing.entering(image), [place], seed=0)
    return replace(found, before=flat[0], at=at.name)


def _response(function: Function, drawing: Drawing, picture: torch.Tensor) -> float:
    """To a picture (channel, row, column), of a unit of a model that is held."""
    inputs = drawing.entering(resized(picture, drawing.size)[None])
    return float(function.values(inputs, torch.zeros(1, dtype=torch.long, device=inputs.device))[0, 0])


def _refuse_later(live: LiveStudy, function: Function, dataset: str, layer: str) -> None:
    """Raise `LayerError` where a layer does not run before the unit is known."""
    at = live.study.layer(layer)
    ran: list[str] = []
    handle = live.model.get_submodule(at.module).register_forward_hook(lambda *given: ran.append(at.name))
    try:
        with torch.inference_mode(False), function.held():
            inputs = live.inputs(dataset, fit_positions(live.study, dataset, 1))
            function.values(inputs, torch.zeros(1, dtype=torch.long, device=inputs.device))
    finally:
        handle.remove()
    if not ran:
        raise LayerError(
            f"{at.name} does not run before {function.names[0]} is known; name an earlier layer, as at=."
        )


def target_of(question: PictureQuestion) -> Target:
    if question.layer == LOGITS:
        return Logit(question.unit)
    return Neuron(question.layer, question.unit)


def entering_of(
    study: StoredStudy, dataset: str, limits: tuple[float, float] | None
) -> tuple[Entering, tuple[float, float]]:
    """What lies between a picture like a dataset's and the model, and the picture's range; `limits` is the one asked
    for, of inputs without a preprocessing."""
    source = study[dataset].plan.source
    preprocess = None if took_transform(source) else recorded_preprocess(source)
    if preprocess is not None:
        return Entering(preprocess), (0.0, 1.0)
    known = limits or recorded_range(source)
    if known is None:
        raise BadRequest(NO_RANGE)
    return Entering(), known


def held_out_responses(study: StoredStudy, layer: str, unit: int) -> npt.NDArray[np.float64]:
    """(sample,) of the half of the reference that nothing was fitted on; empty where single ones are not kept."""
    recording = study[study.reference]
    if not keeps_responses(recording, layer):
        return np.empty(0)
    responses = responses_to(study, study.reference, layer, unit)
    return responses[~fit_half(recording.samples.column("id").to_pylist())]


def pictures_at(
    live: LiveStudy, dataset: str, positions: list[int], entering: Entering, limits: tuple[float, float]
) -> torch.Tensor:
    """(sample, channel, row, column) in the range; `BadRequest` where inputs are no pictures, or leave it."""
    blocks = []
    for start in range(0, len(positions), AT_ONCE):
        inputs = live.inputs(dataset, positions[start : start + AT_ONCE])
        if inputs.ndim != 4:
            raise BadRequest(f"inputs of shape {tuple(inputs.shape[1:])} a sample are no pictures.")
        blocks.append(entering.back(inputs).detach().cpu())
    pictures = torch.cat(blocks)
    refuse_beyond(pictures, limits, f"a sample of {dataset!r}", room=1e-4)
    return pictures.clamp(*limits)
