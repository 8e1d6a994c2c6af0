"""The units that a score calls the worst, or whose silence repairs most."""

from __future__ import annotations

from shiftscope.store.stored_study import StoredStudy


def worst_units(
    study: StoredStudy,
    layer: str | None,
    how_many: int,
    by: str,
    *,
    dataset: str | None = None,
    reference: str | None = None,
) -> tuple[int, ...]:
    """The units of `layer` with the largest values of a score under a shifted dataset, largest first; by="repairs"
    those whose silence alone repairs most more answers than it breaks, which pages call the units most to blame.

    Without a layer those of the one that feeds the head.
    """
    from shiftscope.explain.interventions.head import head_behind
    from shiftscope.explain.interventions.worst_units import worst_units as found

    layer = head_behind(study).layer if layer is None else layer
    return found(study, how_many, by, layer=layer, dataset=dataset, reference=reference)
