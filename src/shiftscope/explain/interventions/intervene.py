"""Change units of the layer before the head, and count the answers."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.explain.interventions.edit import Edit, EditKind
from shiftscope.explain.interventions.head import checked_units, head_behind, through_head
from shiftscope.explain.interventions.intervention import Intervention
from shiftscope.store.stored_study import StoredStudy


def intervene_through_head(
    study: StoredStudy,
    units: Sequence[int],
    edit: EditKind = "silence",
    *,
    layer: str | None = None,
    reference: str | None = None,
    datasets: Sequence[str] | None = None,
) -> Intervention:
    """What the study's head answers with some units of the layer before it changed, for every dataset.

    Computed from what is stored: the model is not needed. Time and memory grow with the samples of one shard.

    Parameters
    ----------
    layer
        The one that feeds the head, which it is where not given.
    reference
        Dataset whose ranges and means are used, instead of the study's reference.
    datasets
        Only these.

    Raises
    ------
    NotInStudy
        No head, no such unit, layer or dataset, or single responses were not kept.
    BadRequest
        A layer that does not feed the head, no unit, or no such way to change it.
    """
    head = head_behind(study, layer)
    chosen = checked_units(units, study, head.layer)
    against = study[reference or study.reference]
    change = Edit.of(edit, against, head.layer, chosen)
    answers = {
        name: through_head(study[name], head, chosen, change)
        for name in (study if datasets is None else datasets)
    }
    return Intervention(head.layer, chosen, edit, against.name, answers)
