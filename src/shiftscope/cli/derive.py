"""`shiftscope derive`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from shiftscope.cli.asked.options import Device, Model, RecordedStudy, Weights
from shiftscope.errors import BadRequest
from shiftscope.percent import percent

if TYPE_CHECKING:
    from shiftscope.store.derived_layer import DerivedLayer
    from shiftscope.store.manifest import Manifest


def derive(
    study: RecordedStudy,
    /,
    *,
    layer: str,
    kind: str,
    size: int | None = None,
    name: str | None = None,
    seed: int = 0,
    seeds: int = 3,
    residual_of: str | None = None,
    dataset: str | None = None,
    positions: bool = False,
    model: Model = None,
    weights: Weights = None,
    data: list[str] | None = None,
    device: Device = None,
    batch_size: int = 64,
    active: int | None = None,
    steps: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    overwrite: bool = False,
) -> None:
    """Compute a layer from a recorded one, for every dataset of a study; the same command goes on where it stopped.

    Parameters
    ----------
    layer
        Recorded layer that it is computed from.
    kind
        How: kmeans, pca, nmf, seminmf, topk or batchtopk.
    size
        Number of features; where not given a third of the units, from 8 to 256, of topk and batchtopk once or twice as
        many as units, of pca the directions with 90 % of the variance.
    name
        Of the new layer; LAYER~KINDSIZE where not given.
    seed
        Of what is chosen at random while it is fitted.
    seeds
        Number of fits: the first is the layer, the others say which of its features are found again.
    residual_of
        Derived layer: the new dictionary is of what this one leaves of a dataset.
    dataset
        Shifted one whose residuals are told.
    positions
        Fit on the positions of a map or on patch tokens, and pool their codes as the layer is; needs the model, and
        shows it all data anew.
    data
        Datasets as NAME=SOURCE, by their names in the study; where they were recorded from where not given.
    batch_size
        Samples in one forward pass.
    active
        Features that are active in a sample, of topk and batchtopk.
    steps
        Of training, of topk and batchtopk.
    workers
        Compute with so many processes of this machine.
    scheduler
        Compute on the workers of this Dask scheduler: tcp://HOST:PORT.
    overwrite
        Replace a derived layer of this name.
    """
    from shiftscope.cli.asked.at_hand import data_at_hand, model_at_hand
    from shiftscope.cli.cluster import cluster
    from shiftscope.counted import counted
    from shiftscope.flow.scores import score_all
    from shiftscope.progress import bar
    from shiftscope.study import open_study

    opened = open_study(study)
    further: dict[str, Any] = {"active": active, "steps": steps}
    if model is None and (positions or data):
        raise BadRequest("positions and --data are shown to a model: give --model too.")
    net = model_at_hand(model, weights, device)
    with cluster(workers, scheduler, None) as engine:
        made = opened.derive(
            layer,
            kind,
            size=size,
            name=name,
            seed=seed,
            seeds=seeds,
            residual_of=residual_of,
            dataset=dataset,
            positions=positions,
            model=net,
            data=data_at_hand(data),
            batch_size=batch_size,
            engine=engine,
            overwrite=overwrite,
            **{key: value for key, value in further.items() if value is not None},
        )
    score_all(opened, progress=bar)
    derived = opened.derived[made.name]
    command = f"shiftscope fit-under-shift {shlex.quote(str(study))} --layer {shlex.quote(made.name)}"
    check = (
        ""
        if derived.kind == "residual" or positions
        else f"\nCheck that it reads the shifted data with: {command}"
    )
    print(
        f"{made.name}: {counted(made.units, 'feature')}, fitted on {counted(derived.rows, 'sample')} of "
        f"{opened.manifest.now_named(derived.fitted_on) or derived.fitted_on}. "
        f"{_quality(derived, opened.manifest)}Look at them with: shiftscope view {study}{check}"
    )


def _quality(derived: DerivedLayer, manifest: Manifest) -> str:
    """How well it tells samples that it was not fitted on, and which features further fits find; sentences or ""."""
    from shiftscope.derived.tools.residuals_in_words import in_words

    if derived.kind == "residual":
        return in_words(derived, manifest) + " "
    said, held_out = "", derived.fit_report.get("held_out")
    stability = derived.fit_report.get("stability")
    if held_out and held_out["fvu"] is not None:
        said += (
            f"It leaves {percent(held_out['fvu'])} of the variance of the held-out half, with "
            f"{held_out['l0']:.3g} features active in a sample. "
        )
    if stability:
        said += (
            f"{stability['found_by_all']} of its features are found by all {derived.fit_report['seeds']} fits (cosine "
            f"{stability['matched_cosine']:.2f}, of random atoms {stability['random_atoms']:.2f}). "
        )
    return said
