"""`shiftscope intervene`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from shiftscope.cli.study_address import StudyAddress
from shiftscope.errors import BadRequest


def intervene(
    study: StudyAddress,
    /,
    *,
    units: list[int] | None = None,
    worst: int | None = None,
    by: str | None = None,
    dataset: str | None = None,
    how: Literal["silence", "clamp", "replace"] = "silence",
    layer: str | None = None,
    reference: str | None = None,
    csv: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    json: bool = False,
) -> None:
    """Change units of the layer before the head, and print the accuracy before and after.

    Parameters
    ----------
    study
        Folder of the study, or its address on an object store, as s3://bucket/x.study.
    units
        Numbers of the units to change.
    worst
        Change so many units with the largest score instead.
    by
        Score that tells the worst units; blame where not given.
    dataset
        Shifted dataset under which they are the worst.
    how
        Silence: 0. Clamp: into the range of the reference. Replace: by the unit's mean over the samples of the
        reference that have the predicted category.
    layer
        The one that feeds the head, which it is where not given.
    reference
        Dataset whose ranges and means are used, instead of the study's reference.
    csv
        File to write, or - for standard output.
    json
        Print JSON.
    """
    from shiftscope.cli.checked_csv import checked_csv
    from shiftscope.cli.show_pairs import show_pairs
    from shiftscope.explain.interventions.head import head_behind
    from shiftscope.explain.interventions.intervene import intervene_through_head as change
    from shiftscope.explain.interventions.worst_units import worst_units
    from shiftscope.store.stored_study import StoredStudy

    checked_csv(csv, as_json=json)
    if (units is None) == (worst is None):
        raise BadRequest("say which units to change: either --units 3 17, or --worst 5 --by blame.")
    if worst is None and (by is not None or dataset is not None):
        raise BadRequest(
            "--by and --dataset choose the worst units; give them with --worst, not with --units."
        )
    opened = StoredStudy(study)
    chosen = (
        worst_units(
            opened,
            worst,
            by or "blame",
            layer=head_behind(opened, layer).layer,
            dataset=dataset,
            reference=reference,
        )
        if worst is not None
        else units or ()
    )
    changed = change(opened, chosen, how, layer=layer, reference=reference)
    words = {"silence": "silent", "clamp": "clamped", "replace": "replaced"}
    show_pairs(
        changed.table(),
        f"Units {', '.join(map(str, changed.units))} of {changed.layer} {words[how]}",
        {"layer": changed.layer, "units": changed.units, "how": how, "reference": changed.reference},
        csv=csv,
        as_json=json,
    )
