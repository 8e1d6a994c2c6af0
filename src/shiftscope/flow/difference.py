"""What a shift adds to a unit's use, as two pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.picture_question import USUAL_METHOD
from shiftscope.flow.steps.asked_divisions import asked_divisions
from shiftscope.flow.steps.asked_layer_before import asked_layer_before
from shiftscope.flow.steps.asked_picture import asked_picture
from shiftscope.flow.steps.kept_or_drawn import kept_or_drawn
from shiftscope.flow.steps.opened import opened_when_needed
from shiftscope.progress import Progress
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.shifted_set import shifted_set
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.visualisation.differences.difference import Difference
    from shiftscope.explain.visualisation.differences.one_strength import Asked, Pair
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

    Both are drawn with all steps; where both drive the unit at least as strongly as the 99th percentile of the
    reference's held-out samples does, the stronger one is drawn again and stopped where it drives the unit as strongly
    as the other. Where they do not, both are drawn again with half of the weight of the direction, then with a quarter
    and with an eighth; where none helps, those of the full weight are given, and said not to be comparable.

    Parameters
    ----------
    dataset
        The shifted dataset.
    at
        A recorded layer before the unit, unpooled or pooled by a mean; the nearest where not given.
    placebo
        Also draw the two halves of as many divisions of the reference, at random, against each other, up to the same
        response; True for 5. How far apart those pictures are stands beside the distance of the pair.
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
    from shiftscope.explain.visualisation.differences.one_strength import of_one_strength
    from shiftscope.explain.visualisation.differences.stored_differences import separation_of

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
    before = asked_layer_before(study, question.layer, at)
    question = replace(question, use=(name, before, 1))
    divisions = asked_divisions(placebo)
    apart = separation_of(study, question)

    at_hand = opened_when_needed(study, model, data, live)

    def drawn(*asked: Asked) -> list[Pair]:
        every = kept_or_drawn(
            study,
            [question for pair in asked for question in pair],
            at_hand=at_hand,
            progress=progress,
        )
        return list(zip(every[::2], every[1::2], strict=True))

    weighed = of_one_strength(question, lambda asked: drawn(asked)[0])
    assert weighed is not None
    (shown, _), (shifted, reference) = weighed
    found = Difference(apart, shifted, reference, name, shown.weight)
    halves = drawn(*_halves(shown, study.reference, divisions, found.level))
    return replace(found, placebo=tuple(halves))


def _halves(question: PictureQuestion, reference: str, divisions: int, level: float | None) -> list[Asked]:
    from shiftscope.explain.visualisation.differences.one_strength import of_halves

    return [of_halves(question, reference, division, level) for division in range(1, divisions + 1)]
