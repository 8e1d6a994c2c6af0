"""How much of a study's picture to believe, with its model and data at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.faithfulness.randomised import redrawn
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.attribution.sane import module_read, statistics_inputs
from shiftscope.explain.attribution.study_functions import function_of_study
from shiftscope.explain.visualisation.belief import CHANGES, COLUMNS, Belief
from shiftscope.explain.visualisation.drawing import Drawing, picture_for
from shiftscope.explain.visualisation.entering import Entering
from shiftscope.explain.visualisation.kept_shares import CUTOFFS, kept_share, without_colour, without_detail
from shiftscope.explain.visualisation.live import AT_ONCE, responses_of, target_of
from shiftscope.explain.visualisation.on_the_way import activations, places_before
from shiftscope.explain.visualisation.path_similarity import path_similarity
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.reached import reached
from shiftscope.explain.visualisation.views import resized
from shiftscope.explain.visualisation.visualisation import visualisations
from shiftscope.explain.visualisation.visualised import Visualised
from shiftscope.recording.live_study import LiveStudy
from shiftscope.statistics.split import fit_half
from shiftscope.store.stored_study import StoredStudy

OWN, OTHERS = 30, 60  # natural images whose path a picture is held against, of the fit half
HELD_OUT = 15  # natural images that are measured as a picture is, of the other half
SHARE = 1 / 3  # of a half that counts as the unit's own at most, of a small set
RESAMPLES = 200
NOISE_STEPS = 64  # of the picture that is maximised pixel by pixel

OnStep = Callable[[int, float], None]
Images = npt.NDArray[
    np.floating[Any]
]  # (picture, channel, row, column) in the picture's range, at the model's size


@dataclass(frozen=True)
class Natural:
    """Positions in the reference."""

    own: list[int]  # strongest of the fit half
    others: list[int]  # others of it, at random
    strongest: list[int]  # of the held-out half
    random: list[int]


def belief_steps(question: PictureQuestion) -> int:
    """Steps of the pictures that are drawn for it."""
    return 2 * question.steps + NOISE_STEPS


def belief_of(
    live: LiveStudy,
    question: PictureQuestion,
    drawing: Drawing,
    found: Visualised,
    on_step: OnStep = lambda step, value: None,
) -> Belief:
    """Measure a picture, natural samples, and pictures that owe nothing to the unit or to its weights.

    Raises
    ------
    NotInStudy
        Single responses of the layer are not kept.
    BadRequest
        The reference is too small.
    ModelError
        The model cannot be copied.
    """
    responses = responses_of(live.study, question.layer, question.unit)
    natural = natural_samples(live.study, responses, [question.seed, question.unit])
    function = function_of_study(live, [target_of(question)])
    function.rows = AT_ONCE
    again, randomised, noise = _controls(live, function, question, drawing, on_step)

    def of_reference(positions: list[int]) -> Images:
        blocks = [
            drawing.entering.back(live.inputs(live.study.reference, positions[at : at + AT_ONCE])).cpu()
            for at in range(0, len(positions), AT_ONCE)
        ]
        return np.asarray(torch.cat(blocks).double().numpy())

    groups = [
        _at_size(found.image, drawing.size),
        of_reference(natural.strongest),
        of_reference(natural.random),
        _at_size(randomised.image, drawing.size),
        _at_size(noise.image, drawing.size),
    ]
    half = _held_out(live.study)
    with torch.inference_mode(False), function.held():
        measured = _Measured(live, function, drawing.entering)
        values = [measured.responses(group) for group in groups]
        quantiles = [[reached(each, responses[half]).quantile for each in some] for some in values]
        kept = _kept(measured, groups, values, float(np.median(responses[np.isfinite(responses)])))
        own = module_read(live, question.layer) or ""
        layers, path, low, high = _path(
            measured, groups, of_reference(natural.own), of_reference(natural.others), own, question.seed
        )
    quantile = np.array([np.median(some) for some in quantiles])
    for column, each in ((3, randomised), (4, noise)):
        if each.dead:  # a start that never moved is no picture of anything
            quantile[column] = kept[:, column] = path[:, column] = np.nan
    return Belief(
        quantile,
        kept,
        path,
        low,
        high,
        layers,
        float("nan") if randomised.dead else _correlation(found, randomised),
        float("nan") if again.dead else _correlation(found, again),
    )


def natural_samples(study: StoredStudy, responses: npt.NDArray[np.float64], seed: list[int]) -> Natural:
    """Which samples of the reference stand beside a picture.

    Raises
    ------
    BadRequest
        Fewer than 2 samples in a half.
    """
    rng = np.random.default_rng(seed)
    held_out, known = _held_out(study), np.isfinite(responses)
    found: list[list[int]] = []
    for half, strongest, others in ((~held_out, OWN, OTHERS), (held_out, HELD_OUT, HELD_OUT)):
        places = np.flatnonzero(half & known)
        if len(places) < 2:
            raise BadRequest(f"{len(places)} samples in a half of {study.reference!r}; 2 are needed.")
        order = places[np.argsort(-responses[places], kind="stable")]
        count = min(strongest, max(1, int(SHARE * len(order))))
        rest = order[count:]
        found += [
            order[:count].tolist(),
            rng.choice(rest, min(others, len(rest)), replace=False).tolist(),
        ]
    return Natural(*found)


def _controls(
    live: LiveStudy, function: Function, question: PictureQuestion, drawing: Drawing, on_step: OnStep
) -> tuple[Visualised, Visualised, Visualised]:
    """Pictures of another seed, of randomised weights, and by maximising pixels."""
    method = visualisations[question.method]
    again = picture_for(function, method, replace(drawing, seed=drawing.seed + 1), question.options, on_step)
    with torch.inference_mode(False):
        model = redrawn(
            live.model,
            live.inputs(question.dataset, [0, 1]),
            until=module_read(live, question.layer),
            reference=statistics_inputs(live),
            seed=question.seed,
        )
    other = function_of_study(live, [target_of(question)], model=model)
    randomised = picture_for(other, method, drawing, question.options, on_step)
    plain = visualisations["activation_maximisation"]
    options: Mapping[str, Any] = plain.with_defaults({"parametrisation": "pixel"})
    simple = replace(drawing, steps=NOISE_STEPS, crops=0, start=None)
    return again, randomised, picture_for(function, plain, simple, options, on_step)


class _Measured:
    """The unit and what comes before it, on pictures."""

    def __init__(self, live: LiveStudy, function: Function, entering: Entering) -> None:
        self.live, self.function, self.entering = live, function, entering
        weight = next(live.model.parameters(), torch.empty(0))
        self.device, self.dtype = weight.device, weight.dtype

    def inputs(self, images: Images) -> torch.Tensor:
        return self.entering(torch.from_numpy(np.ascontiguousarray(images)).to(self.device, self.dtype))

    def responses(self, images: Images) -> npt.NDArray[np.float64]:
        """(picture,)"""
        inputs = self.inputs(images)
        found = self.function.values(inputs, torch.arange(len(inputs), device=inputs.device))
        return np.asarray(found[:, 0].double().cpu().numpy())


def _kept(
    measured: _Measured, groups: list[Images], values: list[npt.NDArray[np.float64]], middle: float
) -> npt.NDArray[np.float64]:
    """(change, column) medians over the pictures of a column."""
    kept = np.full((len(CHANGES), len(COLUMNS)), np.nan)
    for column, (group, before) in enumerate(zip(groups, values, strict=True)):
        changed = [without_detail(group, cutoff) for cutoff in CUTOFFS]
        if group.shape[1] > 1:
            kept[0, column] = _median(kept_share(measured.responses(without_colour(group)), before, middle))
        for row, each in enumerate(changed, start=1):
            kept[row, column] = _median(kept_share(measured.responses(each), before, middle))
    return kept


def _path(
    measured: _Measured, groups: list[Images], own: Images, others: Images, module: str, seed: int
) -> tuple[tuple[str, ...], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Layers, (layer, column) similarities, and (layer,) ends of the interval of the picture."""
    recorded = list(measured.live.study.layers.values())
    places = places_before(measured.function, measured.inputs(own[:1]), recorded, module)
    sets = [
        activations(measured.function, measured.inputs(images), places, seed=seed)
        for images in (np.concatenate(groups), own, others)
    ]
    rng = np.random.default_rng(seed)
    ends = np.cumsum([len(group) for group in groups])[:-1]
    path = np.full((len(places), len(COLUMNS)), np.nan)
    low, high = np.full(len(places), np.nan), np.full(len(places), np.nan)
    for row, (shown, ours, theirs) in enumerate(zip(*sets, strict=True)):
        found = path_similarity(shown, ours, theirs, resamples=RESAMPLES, rng=rng)
        path[row] = [_mean(each) for each in np.split(found.similarity, ends)]
        low[row], high[row] = found.low[0], found.high[0]
    return tuple(place.name for place in places), path, low, high


def _correlation(found: Visualised, other: Visualised) -> float:
    """Over the pixels of both in grey; of what was changed where they start from a sample."""
    grey = [
        (each.image if each.delta is None else each.delta).mean(0).ravel().astype(np.float64)
        for each in (found, other)
    ]
    if min(each.std() for each in grey) == 0:
        return float("nan")
    return float(np.corrcoef(*grey)[0, 1])


def _at_size(image: Images, size: tuple[int, int]) -> Images:
    return np.asarray(resized(torch.from_numpy(image), size)[None].double().numpy())


def _held_out(study: StoredStudy) -> npt.NDArray[np.bool_]:
    """(sample,) of the reference."""
    return ~fit_half(study[study.reference].samples.column("id").to_pylist())


def _median(numbers: npt.NDArray[np.float64]) -> float:
    known = numbers[np.isfinite(numbers)]
    return float(np.median(known)) if len(known) else float("nan")


def _mean(numbers: npt.NDArray[np.float64]) -> float:
    """By which images like the others are at 0, however skewed their similarities are."""
    known = numbers[np.isfinite(numbers)]
    return float(known.mean()) if len(known) else float("nan")
