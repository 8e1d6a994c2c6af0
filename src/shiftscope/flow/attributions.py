"""The maps that a study keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.flow.steps.asked_unit import asked_category, asked_number
from shiftscope.store.layout import LOGITS
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from shiftscope.explain.attribution.attributions import Attributions


def _versions() -> dict[str, int]:
    from shiftscope.explain.attribution.stored_attributions import VERSIONS

    return VERSIONS


result_kind("attributions", _versions)


def attributions(
    study: StoredStudy,
    layer: str | None,
    unit: int | str | None = None,
    *,
    method: str | None = None,
    dataset: str | None = None,
) -> list[Attributions]:
    """The maps that the study keeps of a layer's units, or of one; read without the model, stale ones left out.

    Parameters
    ----------
    layer, unit
        As for `attribute`: None for logits. Every unit where none is given.
    method, dataset
        Only those of this one.

    Raises
    ------
    NotInStudy
        No such layer, unit or dataset.
    """
    from shiftscope.explain.attribution.stored_attributions import listed_attributions

    named = study[dataset].name if dataset else None
    if layer is None:
        number = None if unit is None else asked_category(study, unit)
    else:
        number = None if unit is None else study.layer(layer).check(asked_number(unit))
    return [
        found
        for found in listed_attributions(study, LOGITS if layer is None else layer, number)
        if method in (None, found.question.method) and named in (None, found.question.dataset)
    ]
