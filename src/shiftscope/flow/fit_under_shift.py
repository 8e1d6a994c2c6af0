"""Whether a derived layer still reads the shifted data."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from shiftscope.errors import BadRequest
from shiftscope.progress import Progress
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from shiftscope.explain.fit_under_shift.fit_under_shift import FitUnderShift


def _versions() -> dict[str, int]:
    from shiftscope.explain.fit_under_shift.stored_fits import VERSIONS

    return VERSIONS


result_kind("fits", _versions)


def _further_versions() -> dict[str, int]:
    from shiftscope.explain.fit_under_shift.further_rows import VERSIONS

    return VERSIONS


result_kind("further_fits", _further_versions)


def fit_under_shift(
    study: StoredStudy,
    layer: str,
    *,
    refit: bool = False,
    untrained: StoredStudy | str | Path | None = None,
    progress: bool | Progress = True,
) -> FitUnderShift:
    """How a dictionary reads each shifted set, compared with the held-out half of the reference; stored in the study.

    The model is not needed: which decisions are kept is told by the stored head.

    Parameters
    ----------
    layer
        A derived layer, as "hidden~nmf32".
    refit
        Add a row of a dictionary of the same kind and size that is fitted on one half of each shifted set and reported
        on the other: what could be had. It takes as long as deriving the layer, for each set.
    untrained
        Add a row of the same kind and size on the same layer of an untrained model: the study, or its place, where that
        model (`shiftscope.untrained(model)`) was recorded on the same data under the layer's name.

    Raises
    ------
    NotInStudy
        No such layer, or codes that are still to be computed.
    BadRequest
        Responses that the kind does not take, a layer that was recorded, which no dictionary stands behind, one of
        residuals or of positions, or further rows of a layer that was aligned to a set.
    StudyMismatch
        The untrained model's study has not the layer, or not the reference's data.
    """
    from shiftscope.derived.realigned import aligned_to
    from shiftscope.explain.fit_under_shift import further_rows
    from shiftscope.explain.fit_under_shift.fit_under_shift import FitUnderShift
    from shiftscope.explain.fit_under_shift.stored_fits import shifted, stored_fits
    from shiftscope.progress import shown

    name = study.layer(layer).name
    if name not in study.derived:
        raise BadRequest(
            f"{name!r} was recorded, so there is no dictionary that might not fit. Derive a layer from it."
        )
    if study.derived[name].kind == "residual":
        before = study.derived[name].settings["before"]
        raise BadRequest(f"{name!r} is fitted on shifted samples: ask how {before!r} reads them.")
    if study.derived[name].positions:
        raise BadRequest(
            f"codes of {name!r} are made of positions, which are not stored: how its dictionary reads responses of "
            "samples would be another question."
        )
    aligned = aligned_to(study, name)
    if aligned and (refit or untrained is not None):
        raise BadRequest(f"{name!r} is {aligned.parent!r} with a map: ask for further rows of that.")
    with partial(shown(progress), counted="datasets")(f"fit of {name}", 0, len(shifted(study))) as advance:
        sets = stored_fits(study, name, advance=advance)
    names = shifted(study)
    if refit:
        with partial(shown(progress), counted="datasets")(f"refit of {name}", 0, len(names)) as advance:
            further_rows.refit(study, name, names, advance)
    if untrained is not None:
        other = untrained if isinstance(untrained, StoredStudy) else StoredStudy(untrained)
        with partial(shown(progress), counted="datasets")(f"untrained, {name}", 0, len(names) + 1) as advance:
            further_rows.of_untrained(study, name, names, other, advance)
    further = further_rows.read_further(study, name, [study.reference, *names])
    return FitUnderShift(name, study.reference, study.categories, sets, further)
