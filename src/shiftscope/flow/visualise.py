"""What a unit wants, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.picture_question import USUAL_METHOD
from shiftscope.flow.steps.asked_divisions import asked_divisions
from shiftscope.flow.steps.asked_layer_before import asked_layer_before
from shiftscope.flow.steps.asked_picture import asked_picture
from shiftscope.flow.steps.asked_unit import asked_unit
from shiftscope.flow.steps.kept_or_drawn import kept_or_drawn
from shiftscope.flow.steps.opened import opened_when_needed
from shiftscope.progress import Progress
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.visualisation.belief.second_network import Second
    from shiftscope.explain.visualisation.picture_question import PictureQuestion
    from shiftscope.explain.visualisation.visualised import Visualised
    from shiftscope.model.target import Target
    from shiftscope.recording.live_study import LiveStudy


def _versions() -> dict[str, int]:
    from shiftscope.explain.visualisation.stored_pictures import VERSIONS

    return VERSIONS


def _newer(settings: Mapping[str, Any]) -> dict[str, int]:
    from shiftscope.explain.visualisation.stored_pictures import newer_versions

    return newer_versions(settings)


result_kind("visualisations", _versions, newer=_newer)


def visualise(
    study: StoredStudy,
    layer: str | Target | None,
    unit: int | str | Sequence[int] | None = None,
    *,
    method: str = USUAL_METHOD,
    dataset: str | None = None,
    sample: int | str | None = None,
    facets: int = 0,
    draft: bool = False,
    steps: int | None = None,
    crops: int | None = None,
    size: int | Sequence[int] | None = None,
    range: tuple[float, float] | None = None,
    seed: int = 0,
    believe: bool = False,
    second: nn.Module | Second | None = None,
    placebo: int | bool = False,
    at: str | None = None,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    live: LiveStudy | None = None,
    progress: bool | Progress = True,
    **options: Any,
) -> Any:
    """A picture of what a unit wants, kept in the study and found again without the model.

    Its colours, and with MACO the magnitudes of its spectrum, are those of one half of a dataset's samples. How
    strongly it drives the unit is told beside the reference's other half.

    Parameters
    ----------
    layer, unit
        As for `attribute`; of a list of units a picture each, which are kept one by one: the same call goes on where
        it stopped. The pictures of a unit's facets, or those drawn together, stand one behind the other.
    method
        "maco", "activation_maximisation" or "accentuation"; see `docs/visualisation.md`.
    dataset
        Whose samples give colours and spectra, and for accentuation the sample; the reference where not given.
    sample
        Position or id of the sample to start from.
    facets
        As many pictures of the unit, each from the mean of one cluster of the samples that drive it most.
    draft
        64 steps and 4 crops, where these are not given.
    size
        Rows and columns of the picture; those of the model's inputs where not given, twice as many of inputs below 128
        pixels.
    range
        Lower and upper end of the inputs of a dataset without preprocessing.
    believe
        Also how much of the picture to believe, as its `belief`; three more pictures are drawn for it.
    second
        Another network, whose unit that is most like this one is shown the same pictures: kept with the belief, which
        is measured for it. It is shown what the study's model is; `ss.Second(model, layer=..., preprocess=...,
        size=..., range=...)` for one that has other layers or takes other inputs.
    placebo
        Also draw it with the colours of the reference, and of both halves of as many divisions of the reference at
        random, all of one start; True for 5. How far it is from the one, beside how far the pictures of two halves are
        from each other in each division, is its `apart`.
    at
        The recorded layer before the unit in which that is measured; the nearest where not given.
    model, data
        As for `live`; not needed for what is kept.
    live
        The study with both at hand, in place of `model` and `data`.
    **options
        Of the method.

    Returns
    -------
    Visualised
        Or a list of them, for several units, facets, or pictures drawn together.

    Raises
    ------
    NotInStudy
        No such layer, unit, category, dataset or sample.
    BadRequest
        No unit, no such method or option, no model, samples that are no pictures, a number of divisions that is none,
        fewer than 32 samples in a half for a placebo, or an `at` that is the unit's own layer or pooled other than by a
        mean.
    LayerError
        The layer `at` does not run before the unit is known.
    StudyMismatch
        The unit does not respond as it did when it was recorded.
    """
    from shiftscope.explain.visualisation.colour_pair import colour_pair

    units: Sequence[Any] = list(unit) if isinstance(unit, (list, tuple)) else [unit]
    if not units:
        raise BadRequest("no units are given.")
    asked = []
    for each in units:
        question = asked_picture(
            study,
            layer,
            each,
            method=method,
            dataset=dataset,
            sample=sample,
            facets=facets,
            draft=draft,
            steps=steps,
            crops=crops,
            size=size,
            range=range,
            seed=seed,
            options=options,
        )
        asked += _parts(question)
    divisions = asked_divisions(placebo)
    before = _compared_at(study, asked, placebo=divisions > 0, at=at)
    sets = [colour_pair(study, question, divisions) if divisions else [question] for question in asked]
    found = kept_or_drawn(
        study,
        [question for one in sets for question in one],
        believed=asked if believe or second is not None else (),
        second=second,
        at=before,
        at_hand=opened_when_needed(study, model, data, live),
        progress=progress,
    )
    every = _told_apart(found, divisions) if divisions else found
    return every if isinstance(unit, (list, tuple)) or facets or len(every) > 1 else every[0]


def visualisations(study: StoredStudy, layer: str | None, unit: int | str | None = None) -> list[Visualised]:
    """The pictures that the study keeps of a layer's units, or of one; read without the model, stale ones left out.

    Raises
    ------
    NotInStudy
        No such layer or unit.
    """
    from shiftscope.explain.visualisation.stored_pictures import listed_pictures
    from shiftscope.store.layout import LOGITS

    if unit is None:
        return [found for _, found in listed_pictures(study, LOGITS if layer is None else layer)]
    place, number, _ = asked_unit(study, layer, unit)
    return [found for _, found in listed_pictures(study, place, number)]


def _compared_at(
    study: StoredStudy, asked: Sequence[PictureQuestion], *, placebo: bool, at: str | None
) -> str:
    """The layer in which pictures are told apart; empty without a placebo.

    Raises
    ------
    BadRequest
        Questions that a placebo is no answer to, or too few samples for one.
    """
    from shiftscope.explain.visualisation.colour_pair import lacking_pictures, refuse_other_starts

    if not placebo:
        if at is not None:
            raise BadRequest("at= is where a picture is compared with its placebo: give placebo=True too.")
        return ""
    first = asked[0]
    if first.dataset == study.reference:
        raise BadRequest(
            "a placebo stands beside the colours of a shifted dataset and of the reference: name the shifted one, as "
            "dataset=."
        )
    refuse_other_starts(first)
    if lacking := lacking_pictures(study, first.dataset):
        raise BadRequest(f"{lacking}.")
    return asked_layer_before(study, first.layer, at)


def _told_apart(found: Sequence[Visualised], divisions: int) -> list[Visualised]:
    """Of each pair and its placebo the first, with how far apart they are."""
    from shiftscope.explain.visualisation.pair_distance import pair_distance

    told = []
    for first in range(0, len(found), 2 + 2 * divisions):
        shifted, own, *halves = found[first : first + 2 + 2 * divisions]
        pairs = list(zip(halves[::2], halves[1::2], strict=True))
        told.append(replace(shifted, apart=pair_distance((shifted, own), pairs)))
    return told


def _parts(question: PictureQuestion) -> list[PictureQuestion]:
    return [replace(question, part=part) for part in range(question.parts)]
