"""`shiftscope intervene`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from shiftscope.cli.asked.study_address import StudyAddress
from shiftscope.errors import BadRequest


def intervene(
    study: StudyAddress,
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
    weights: Path | None = None,
    data: list[str] | None = None,
    device: str | None = None,
    batch_size: int = 64,
    loader_workers: int = 0,
    csv: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    json: bool = False,
) -> None:
    """Change units, and print the accuracy before and after.

    Of the layer that feeds the head this is computed from the study; with a model any layer can be changed.

    Parameters
    ----------
    study
        Folder of the study, or its address on an object store, as s3://bucket/x.study.
    units
        Numbers of the units to change.
    worst
        Change so many units with the largest score instead.
    by
        Score that chooses the worst units; blame where not given.
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
    weights
        State dict to load: .safetensors, .pt or .pth.
    data
        Datasets to show to it as NAME=SOURCE, by their names in the study; all that lie where they were recorded from
        where not given.
    device
        Where the model runs: cpu, cuda, mps.
    batch_size
        Samples in one forward pass.
    loader_workers
        Processes that read images for the model.
    csv
        File to write, or - for standard output.
    json
        Print JSON.
    """
    from shiftscope.cli.asked.at_hand import data_shown, model_at_hand
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.cli.printed.show_pairs import show_pairs
    from shiftscope.study import open_study

    checked_csv(csv, as_json=json)
    if (units is None) == (worst is None):
        raise BadRequest("say which units to change: either --units 3 17, or --worst 5 --by blame.")
    if worst is None and (by is not None or dataset is not None):
        raise BadRequest(
            "--by and --dataset choose the worst units; give them with --worst, not with --units."
        )
    sources = data_shown(data, model)
    opened = open_study(study)
    chosen = (
        opened.worst_units(layer, worst, by or "blame", dataset=dataset, reference=reference)
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
