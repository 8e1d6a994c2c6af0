"""Whether a derived layer still reads the shifted data."""

from __future__ import annotations

from functools import partial
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


def fit_under_shift(study: StoredStudy, layer: str, *, progress: bool | Progress = True) -> FitUnderShift:
    """How a dictionary reads each shifted set, compared with the held-out half of the reference; stored in the study.

    The model is not needed: which decisions are kept is told by the stored head.

    Parameters
    ----------
    layer
        A derived layer, as "hidden~nmf32".

    Raises
    ------
    NotInStudy
        No such layer, or codes that are still to be computed.
    BadRequest
        A layer that was recorded, which no dictionary stands behind, or one of residuals or of positions.
    """
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
    with partial(shown(progress), counted="datasets")(f"fit of {name}", 0, len(shifted(study))) as advance:
        sets = stored_fits(study, name, advance=advance)
    return FitUnderShift(name, study.reference, study.categories, sets)
