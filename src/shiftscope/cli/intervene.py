"""`shiftscope intervene`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from shiftscope.cli.asked.options import Csv, DataOrAll, Device, Json, RecordedStudy, Weights
from shiftscope.errors import BadRequest


def intervene(
    study: RecordedStudy,
    /,
    *,
    units: list[int] | None = None,
    worst: int | None = None,
    by: str | None = None,
    dataset: str | None = None,
    edit: Annotated[Literal["silence", "clamp", "replace"], Parameter(name=["--edit", "--how"])] = "silence",
    layer: str | None = None,
    reference: str | None = None,
    model: str | None = None,
    weights: Weights = None,
    data: DataOrAll = None,
    device: Device = None,
    batch_size: int = 64,
    loader_workers: int = 0,
    csv: Csv = None,
    json: Json = False,
) -> None:
    """Change units, and print the accuracy before and after.

    Of the layer that feeds the head this is computed from the study; with a model any layer can be changed.

    Parameters
    ----------
    units
        Numbers of the units to change.
    worst
        Change so many units of the largest rank by --by instead.
    by
        What ranks the worst units: repairs, by how many more answers silencing each alone turns right than wrong, as
        pages rank the units most to blame; or a score, as blame, what a unit argues for. Repairs where not given.
    dataset
        Shifted dataset under which they are the worst.
    edit
        Silence: 0. Clamp: into the range of the reference. Replace: by the unit's mean over the samples of the
        reference that have the predicted category.
    layer
        The one that feeds the head, which it is where not given.
    reference
        Dataset whose ranges and means are used, instead of the study's reference.
    model
        Run this model anew: package.module:callable, timm:NAME, hf:NAME, or a .pt2 file of torch.export.
    batch_size
        Samples in one forward pass.
    loader_workers
        Processes that read images for the model.
    """
    from shiftscope.cli.asked.at_hand import data_shown, model_at_hand
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.cli.printed.show_pairs import show_pairs
    from shiftscope.study import open_study

    checked_csv(csv, as_json=json)
    if (units is None) == (worst is None):
        raise BadRequest("say which units to change: either --units 3 17, or --worst 5 --by repairs.")
    if worst is None and (by is not None or dataset is not None):
        raise BadRequest(
            "--by and --dataset choose the worst units; give them with --worst, not with --units."
        )
    sources = data_shown(data, model)
    opened = open_study(study)
    chosen = (
        opened.worst_units(layer, worst, by or "repairs", dataset=dataset, reference=reference)
        if worst is not None
        else units or ()
    )
    changed = opened.intervene(
        layer,
        chosen,
        edit,
        reference=reference,
        model=model_at_hand(model, weights, device),
        data=sources,
        batch_size=batch_size,
        loader_workers=loader_workers,
    )
    words = {"silence": "silent", "clamp": "clamped", "replace": "replaced"}
    show_pairs(
        changed.table(),
        f"Units {', '.join(map(str, changed.units))} of {changed.layer} {words[edit]}",
        {"layer": changed.layer, "units": changed.units, "edit": edit, "reference": changed.reference},
        csv=csv,
        as_json=json,
    )
