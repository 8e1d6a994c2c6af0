"""What a unit wants, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shiftscope.errors import BadRequest
from shiftscope.flow.asked_unit import asked_positions, asked_unit
from shiftscope.flow.opened import opened
from shiftscope.progress import Progress
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy
from shiftscope.typed import LARGEST_SEED, as_whole_number, ordered, whole_number

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.visualisation.belief.belief import Belief
    from shiftscope.explain.visualisation.belief.second_network import Second
    from shiftscope.explain.visualisation.differences.difference import Difference
    from shiftscope.explain.visualisation.drawing import Drawing
    from shiftscope.explain.visualisation.picture_question import PictureQuestion
    from shiftscope.explain.visualisation.visualised import Visualised
    from shiftscope.model.target import Target
    from shiftscope.recording.live_study import LiveStudy

DRAFT = {"steps": 64, "crops": 4}
LEAST = 8  # rows and columns of a picture


def _versions() -> dict[str, int]:
    from shiftscope.explain.visualisation.stored_pictures import VERSIONS

    return VERSIONS


def _versions_of_differences() -> dict[str, int]:
    from shiftscope.explain.visualisation.differences.stored_differences import VERSIONS

    return VERSIONS


result_kind("visualisations", _versions)
result_kind("differences", _versions_of_differences)


def visualise(
    study: StoredStudy,
    layer: str | Target | None,
    unit: int | str | Sequence[int] | None = None,
    *,
    method: str = "maco",
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
    placebo: bool = False,
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
        Also draw it with the colours of the reference, and of two halves of the reference at random, all of one start:
        how far it is from the one, beside how far the halves' pictures are from each other, as its `apart`.
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
        No such method or option, no model, samples that are no pictures, or fewer than 32 in a half for a placebo.
    LayerError
        The layer `at` does not run before the unit is known.
    StudyMismatch
        The unit does not respond as it did when it was recorded.
    """
    from shiftscope.explain.visualisation.colour_pair import colour_pair

    units: Sequence[Any] = list(unit) if isinstance(unit, (list, tuple)) else [unit]
    asked = []
    for each in units:
        question = _question(
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
    before = _compared_at(study, asked, placebo=placebo, at=at)
    sets = [colour_pair(question, study.reference) if placebo else (question,) for question in asked]
    found = _kept_or_drawn(
        study,
        [question for one in sets for question in one],
        believed=asked if believe or second is not None else (),
        second=second,
        at=before,
        model=model,
        data=data,
        live=live,
        progress=progress,
    )
    every = _told_apart(found) if placebo else found
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


def difference(
    study: StoredStudy,
    layer: str | Target | None,
    unit: int | str | None,
    dataset: str,
    *,
    at: str,
    placebo: bool = True,
    method: str = "maco",
    draft: bool = False,
    steps: int | None = None,
    crops: int | None = None,
    size: int | Sequence[int] | None = None,
    range: tuple[float, float] | None = None,
    seed: int = 0,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    live: LiveStudy | None = None,
    progress: bool | Progress = True,
    **options: Any,
) -> Difference:
    """What a shift adds to a unit's use: a picture as under the shift and one as on the reference, of the same start.

    The direction that tells the two uses apart in the layer before, fitted on one half of the samples on which the
    unit is in the top decile of its reference, is added to the unit's response or subtracted. How well it tells the
    other half apart stands beside what halves of the reference give. Both are kept, the pictures as those of
    `visualise`.

    Parameters
    ----------
    dataset
        The shifted dataset.
    at
        A recorded layer before the unit, unpooled or pooled by a mean.
    placebo
        Also draw two halves of the reference, at random, against each other: how far apart those pictures are stands
        beside the distance of the pair.
    method, draft, steps, crops, size, range, seed, model, data, live, options
        As for `visualise`.

    Raises
    ------
    BadRequest
        Fewer than 30 samples a side to fit on, besides what `visualise` refuses.
    LayerError
        The layer `at` does not run before the unit is known.
    """
    from shiftscope.explain.visualisation.differences.difference import Difference
    from shiftscope.explain.visualisation.differences.stored_differences import separation_of

    name = study[dataset].name
    if name == study.reference:
        raise BadRequest(f"{dataset!r} is the reference; name a shifted dataset.")
    question = _question(
        study,
        layer,
        unit,
        method=method,
        draft=draft,
        steps=steps,
        crops=crops,
        size=size,
        range=range,
        seed=seed,
        options=options,
    )
    if question.parts > 1:
        raise BadRequest("a difference is two pictures of one start: leave `together` out.")
    before = study.layer(at).name
    if before == question.layer:
        raise BadRequest(f"at={at!r} is the unit's own layer; name one before it.")
    apart = separation_of(study, replace(question, use=(name, before, 1)))
    sets = [name, study.reference] if placebo else [name]
    pictures = [replace(question, use=(each, before, sign)) for each in sets for sign in (1, -1)]
    shifted, reference, *halves = _kept_or_drawn(
        study, pictures, model=model, data=data, live=live, progress=progress
    )
    return Difference(apart, shifted, reference, name, (halves[0], halves[1]) if halves else None)


def _kept_or_drawn(
    study: StoredStudy,
    asked: Sequence[PictureQuestion],
    *,
    believed: Sequence[PictureQuestion] = (),
    second: nn.Module | Second | None = None,
    at: str = "",
    model: nn.Module | None,
    data: Mapping[str, Any] | None,
    live: LiveStudy | None,
    progress: bool | Progress,
) -> list[Visualised]:
    """A picture each; of those that are believed how much, and of all what the layer `at` gives for them, where one is
    named."""
    from shiftscope.explain.visualisation.stored_pictures import read_picture, write_picture
    from shiftscope.progress import shown

    beside, weights = None, ""
    if second is not None:
        from shiftscope.explain.visualisation.belief.second_network import as_second, weights_of

        beside = as_second(second)
        weights = weights_of(beside)

    def measured(question: PictureQuestion, picture: Visualised) -> bool:
        return question not in believed or _measured(picture.belief, weights)

    def whole(question: PictureQuestion, picture: Visualised | None) -> bool:
        return picture is not None and at in ("", picture.at) and measured(question, picture)

    found: list[Visualised | None] = [read_picture(study, question) for question in asked]
    missing = [place for place, kept in enumerate(found) if not whole(asked[place], kept)]
    if missing:
        from shiftscope.explain.visualisation.belief.live_belief import belief_of, belief_steps
        from shiftscope.explain.visualisation.belief.second_network import SecondNetwork
        from shiftscope.explain.visualisation.live import drawing_of, fit_prior, pictures_of, with_before
        from shiftscope.recording.live_study import LiveStudy

        if live is None:
            live = opened(study, model, data, LiveStudy)
        live.refuse_changed_model()  # what it answers is stored
        # By dataset and half: questions of one call differ beside them in unit, use and part alone.
        drawings: dict[tuple[str, int], Drawing] = {}
        network = None
        if beside is not None:
            first = believed[0]
            network = SecondNetwork(
                live, beside, layer=first.layer, dataset=first.dataset, limits=first.range
            )
        for place in missing:
            question, picture = asked[place], found[place]
            if whole(question, picture):
                continue  # drawn with one before it
            samples = question.dataset, question.half
            if samples not in drawings:
                drawings[samples] = drawing_of(live, question)
                fit_prior(question, drawings[samples], shown(progress))
            drawing = drawings[samples]
            climbs = question.facets or 1
            believing = question in believed and (picture is None or not measured(question, picture))
            steps_to_do = question.steps * climbs * (picture is None) + belief_steps(question) * believing
            with shown(progress)(question.in_words, 0, steps_to_do, counted="steps") as advance:
                if picture is None:
                    parts = pictures_of(live, question, drawing, lambda step, value: advance(1), at=at)
                    for part, drawn in enumerate(parts):
                        own = replace(question, part=part)
                        write_picture(study, own, drawn)
                        if found[asked.index(own)] is None:
                            found[asked.index(own)] = drawn
                    picture = parts[question.part]
                elif at not in ("", picture.at):
                    picture = with_before(live, question, drawing, picture, at)
                    write_picture(study, question, picture)
                if not measured(question, picture):
                    belief = belief_of(
                        live, question, drawing, picture, lambda step, value: advance(1), second=network
                    )
                    picture = replace(picture, belief=belief)
                    write_picture(study, question, picture)
            found[place] = picture
    return [each for each in found if each is not None]


def _compared_at(
    study: StoredStudy, asked: Sequence[PictureQuestion], *, placebo: bool, at: str | None
) -> str:
    """The layer in which pictures are told apart; empty without a placebo.

    Raises
    ------
    BadRequest
        Questions that a placebo is no answer to, or too few samples for one.
    """
    from shiftscope.explain.visualisation.colour_pair import lacking_pictures
    from shiftscope.explain.visualisation.differences.in_use import layers_before

    if not placebo:
        if at is not None:
            raise BadRequest("at= is where a picture is compared with its placebo: give placebo=True too.")
        return ""
    if not asked:
        return ""
    first = asked[0]
    if first.dataset == study.reference:
        raise BadRequest(
            "a placebo stands beside the colours of a shifted dataset and of the reference: name the shifted one, as "
            "dataset=."
        )
    if not first.plain:
        raise BadRequest(
            "a placebo is of pictures that start from noise, each alone: leave sample, facets and together out."
        )
    if lacking := lacking_pictures(study, first.dataset):
        raise BadRequest(f"{lacking}.")
    before = layers_before(study, first.layer)
    name = study.layer(at).name if at is not None else before[-1] if before else ""
    if name not in before:
        known = f"name one of {', '.join(before)}" if before else "none is recorded"
        raise BadRequest(f"pictures are told apart in a layer before the unit, as at=; {known}.")
    return name


def _told_apart(found: Sequence[Visualised]) -> list[Visualised]:
    """Of each four of a pair and its placebo the first, with how far apart they are."""
    from shiftscope.explain.visualisation.pair_distance import pair_distance

    fours = zip(*(found[place::4] for place in (0, 1, 2, 3)), strict=True)
    return [
        replace(shifted, apart=pair_distance((shifted, own), (one, other)))
        for shifted, own, one, other in fours
    ]


def _measured(belief: Belief | None, weights: str) -> bool:
    """Whether a belief is there, and that of the second network of these weights where one is asked for."""
    transfer = None if belief is None else belief.transfer
    return belief is not None and (not weights or (transfer is not None and transfer.weights == weights))


def _question(
    study: StoredStudy,
    layer: str | Target | None,
    unit: int | str | None,
    *,
    method: str,
    dataset: str | None = None,
    sample: int | str | None = None,
    facets: int = 0,
    draft: bool,
    steps: int | None,
    crops: int | None,
    size: int | Sequence[int] | None,
    range: tuple[float, float] | None,
    seed: int,
    options: dict[str, Any],
) -> PictureQuestion:
    from shiftscope.explain.visualisation.picture_question import PictureQuestion
    from shiftscope.explain.visualisation.visualisation import visualisations as methods

    chosen = methods[method]
    settings = chosen.with_defaults(options)
    _refuse_unkept(settings)
    place, number, pool = asked_unit(study, layer, unit)
    if pool is not None:
        raise BadRequest(f"a picture is of the unit as it is recorded; {layer} is pooled otherwise.")
    name = study[dataset or study.reference].name
    if whole_number("facets", facets) and sample is not None:
        raise BadRequest(
            "facets start from clusters of a unit's strongest samples; name no sample beside them."
        )
    if chosen.starts_from_image and sample is None and not facets:
        raise BadRequest(f"{method} starts from a sample: give its position or id, as sample=3.")
    first = DRAFT if draft else {"steps": chosen.steps, "crops": chosen.crops}
    return PictureQuestion(
        name,
        place,
        number,
        method,
        settings,
        steps=whole_number("steps", first["steps"] if steps is None else steps),
        crops=whole_number("crops", first["crops"] if crops is None else crops),
        size=_size(size),
        sample=None if sample is None else asked_positions(study[name], place, number, [sample])[0],
        range=None if range is None else ordered(range),
        seed=whole_number("seed", seed, most=LARGEST_SEED),
        facets=facets,
    )


def _parts(question: PictureQuestion) -> list[PictureQuestion]:
    return [replace(question, part=part) for part in range(question.parts)]


def _refuse_unkept(settings: dict[str, Any]) -> None:
    from shiftscope.explain.visualisation.prior import priors

    whole_number("together", settings.get("together", 1), 1)
    if settings.get("prior_steps") is not None:
        whole_number("prior_steps", settings["prior_steps"], 1)
    prior = settings.get("prior")
    if prior is not None and not isinstance(prior, str):
        raise BadRequest(
            f"a study keeps what it draws under names, and {type(prior).__name__} has none: enter it in the registry, "
            "as docs/new-prior.md tells, or give it to ss.visualise."
        )
    if prior is not None:
        priors[prior]


def _size(size: int | Sequence[int] | None) -> tuple[int, int] | None:
    if size is None:
        return None
    given = size if isinstance(size, Sequence) and not isinstance(size, str) else (size, size)
    both = [each for each in map(as_whole_number, given) if each is not None and each >= LEAST]
    if len(both) != 2 or len(given) != 2:
        raise BadRequest(
            f"size={size!r}; give rows and columns of at least {LEAST}, as size=224 or size=(192, 256)."
        )
    return both[0], both[1]
