"""The picture that a verb is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shiftscope.errors import BadRequest
from shiftscope.flow.steps.asked_unit import asked_positions, asked_unit
from shiftscope.store.stored_study import StoredStudy
from shiftscope.typed import LARGEST_SEED, as_whole_number, ordered, whole_number

if TYPE_CHECKING:
    from shiftscope.explain.visualisation.picture_question import PictureQuestion
    from shiftscope.model.target import Target

DRAFT = {"steps": 64, "crops": 4}
LEAST = 8  # rows and columns of a picture


def asked_picture(
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
    """The question, with what a method has where nothing is asked.

    Raises
    ------
    NotInStudy
        No such layer, unit, category, dataset or sample.
    BadRequest
        No such method or option, or one that a study cannot keep.
    """
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
