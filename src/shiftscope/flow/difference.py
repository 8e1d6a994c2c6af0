"""What a shift adds to a unit's use, as two pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.picture_question import USUAL_METHOD
from shiftscope.flow.steps.asked_divisions import asked_divisions
from shiftscope.flow.steps.asked_picture import asked_picture
from shiftscope.flow.steps.kept_or_drawn import kept_or_drawn
from shiftscope.progress import Progress
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.shifted_set import shifted_set
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.visualisation.differences.difference import Difference
    from shiftscope.explain.visualisation.differences.weighed import Asked, Pair
    from shiftscope.explain.visualisation.picture_question import PictureQuestion
    from shiftscope.model.target import Target
    from shiftscope.recording.live_study import LiveStudy


def _versions() -> dict[str, int]:
    from shiftscope.explain.visualisation.differences.stored_differences import VERSIONS

    return VERSIONS


result_kind("differences", _versions)


def difference(
    study: StoredStudy,
    layer: str | Target | None,
    unit: int | str | None,
    dataset: str,
    *,
    at: str | None = None,
    placebo: int | bool = True,
    method: str = USUAL_METHOD,
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

    Each picture stops where it drives the unit as strongly as the 99th percentile of the reference's held-out samples
    do. Where both do not come to it, both are drawn again with half of the weight of the direction, then with a quarter
    and with an eighth; where none helps, those of the full weight are given, and said not to be comparable.

    Parameters
    ----------
    dataset
        The shifted dataset.
    at
        A recorded layer before the unit, unpooled or pooled by a mean; the nearest where not given.
    placebo
        Also draw the two halves of as many divisions of the reference, at random, against each other; True for 5. How
        far apart those pictures are stands beside the distance of the pair.
    method, draft, steps, crops, size, range, seed, model, data, live, options
        As for `visualise`.

    Raises
    ------
    BadRequest
        Fewer than 30 samples a side to fit on, or no such layer before the unit, besides what `visualise` refuses.
    LayerError
        The layer `at` does not run before the unit is known.
    """
    from shiftscope.explain.visualisation.differences.difference import Difference
    from shiftscope.explain.visualisation.differences.stored_differences import separation_of
    from shiftscope.explain.visualisation.differences.weighed import largest_weight, of_both_signs

    name = shifted_set(study, dataset)
    question = asked_picture(
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
    before = _layer_before(study, question.layer) if at is None else study.layer(at).name
    if before == question.layer:
        raise BadRequest(f"at={at!r} is the unit's own layer; name one before it.")
    question = replace(question, use=(name, before, 1))
    divisions = asked_divisions(placebo)
    apart = separation_of(study, question)

    def drawn(*asked: Asked) -> list[Pair]:
        every = kept_or_drawn(
            study,
            [question for pair in asked for question in pair],
            model=model,
            data=data,
            live=live,
            progress=progress,
        )
        return list(zip(every[::2], every[1::2], strict=True))

    weighed = largest_weight((asked, drawn(asked)[0]) for asked in of_both_signs(question))
    assert weighed is not None
    (shown, _), (shifted, reference) = weighed
    halves = drawn(*_halves(shown, study.reference, divisions))
    return Difference(apart, shifted, reference, name, shown.weight, tuple(halves))


def _halves(question: PictureQuestion, reference: str, divisions: int) -> list[Asked]:
    """Of both halves of each division of the reference, told apart as the question tells its use apart."""
    from shiftscope.explain.visualisation.differences.use_pair import use_pair

    assert question.use is not None
    return [use_pair(question, reference, question.use[1], division) for division in range(1, divisions + 1)]


def _layer_before(study: StoredStudy, layer: str) -> str:
    """The nearest."""
    from shiftscope.explain.visualisation.differences.in_use import layers_before

    before = layers_before(study, layer)
    if not before:
        raise BadRequest(
            f"no layer before {layer} is recorded, unpooled or pooled by a mean, that could tell both uses apart."
        )
    return before[-1]
