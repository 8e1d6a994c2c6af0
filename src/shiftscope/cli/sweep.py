"""`shiftscope sweep`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from shiftscope.cli.asked.asked_preprocess import asked_preprocess
from shiftscope.cli.asked.options import Device, Weights
from shiftscope.cli.asked.study_address import StudyAddress
from shiftscope.cli.asked.study_or_none import study_or_none
from shiftscope.cli.cluster import cluster
from shiftscope.cli.record import category_names, own_device, says_what_stays
from shiftscope.counted import counted

if TYPE_CHECKING:
    import pandas as pd


def sweep(
    study: StudyAddress,
    /,
    *,
    model: str,
    data: str,
    shift: list[str],
    strengths: list[float],
    name: str = "unshifted",
    weights: Weights = None,
    layers: list[str] | None = None,
    categories: Path | None = None,
    resize: int | None = None,
    crop: int | None = None,
    mean: list[float] | None = None,
    std: list[float] | None = None,
    scale: float = 1.0,
    channels: Literal["rgb", "bgr", "gray"] = "rgb",
    stored_as: Literal["auto", "float16", "float32"] = "auto",
    keep: Literal["responses", "summaries"] = "responses",
    batch_size: int = 64,
    loader_workers: int = 0,
    device: Device = None,
    workers: int | None = None,
    scheduler: str | None = None,
    shard_samples: int | None = None,
    on_error: Literal["raise", "skip"] = "raise",
    check_range: bool = True,
    other_preprocessing: bool = False,
    overwrite: bool = False,
    dry_run: bool = False,
) -> None:
    """Record data under shifts of rising strength, a dataset for each; the same command goes on where it stopped.

    Parameters
    ----------
    study
        Folder of the study, or its address on an object store; made when it is not there, but in a dry run.
    model
        package.module:callable, timm:NAME, hf:NAME, or a .pt2 file of torch.export.
    data
        What to show, as `record` takes it; by itself it is strength 0 of every ladder, and recorded once.
    shift
        NAME or NAME:SEED, as gaussian_noise; several are a ladder each. `shiftscope shifts` lists them.
    strengths
        At least two above 0 and up to 1, in rising order.
    name
        Of the data without a shift, where the study has them under no other.
    layers
        Names or globs of layers. Needed for the first dataset of a study.
    categories
        Text file with one category name a line, in the order of the logits.
    resize
        Shorter side of an image, in pixels.
    crop
        Side of the central square that the model sees, in pixels.
    mean
        Subtracted: one number, or one for each channel.
    std
        Divided by: one number, or one for each channel.
    scale
        Largest input value before mean and std: 1 or 255.
    channels
        Order of the input's channels.
    stored_as
        Type of the stored responses; auto is float16 but for layers whose first responses it would not keep apart.
    keep
        All responses with their summaries, or summaries alone, which take less room and give no intervals.
    batch_size
        Samples in one forward pass.
    loader_workers
        Processes that read and shift images for the model.
    workers
        Record with so many processes of this machine.
    scheduler
        Record on the workers of this Dask scheduler: tcp://HOST:PORT.
    shard_samples
        How many samples are written, counted and handed to a worker together; 4096 where not given.
    on_error
        Stop at a sample that cannot be read, or count it and leave a gap.
    check_range
        Refuse inputs whose range is of another order than the first dataset's.
    other_preprocessing
        Record data as they are given where their preprocessing differs from the reference's, or they have none.
    overwrite
        Replace datasets of these names that were made otherwise.
    dry_run
        Record nothing; print what would be, with images, seconds and bytes.
    """
    from shiftscope.explain.dose.ladder import ladders_of
    from shiftscope.flow.scores import score_all
    from shiftscope.model.evaluation.evaluation import moved
    from shiftscope.model.load import load_model
    from shiftscope.progress import bar
    from shiftscope.study import Study

    net, names = load_model(model, weights), category_names(categories)
    preprocess = asked_preprocess(resize, crop, mean, std, scale, channels)
    with (
        says_what_stays(),
        study_or_none(study, dry_run=dry_run) as place,
        cluster(workers, scheduler, device) as engine,
    ):
        opened = Study.create(place, net, names, exist_ok=True)
        table = opened.sweep(
            data,
            shift,
            strengths=strengths,
            name=name,
            model=moved(net, own_device(device)) if device and engine is None else net,
            layers=layers,
            preprocess=preprocess,
            keep=keep,
            stored_as=stored_as,
            batch_size=batch_size,
            loader_workers=loader_workers,
            engine=engine,
            shard_samples=shard_samples,
            on_error=on_error,
            check_range=check_range,
            other_preprocessing=other_preprocessing,
            overwrite=overwrite,
            dry_run=dry_run,
        )
    if dry_run:
        _print_plan(table)
        return
    score_all(opened, progress=bar)
    for ladder in ladders_of(opened):
        opened.dose(ladder.group)
    for dataset, state in zip(table["dataset"], table["state"], strict=True):
        print(f"{dataset} ({state}): {opened[dataset].in_words}")


def _print_plan(table: pd.DataFrame) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table("dataset", "", "images", "seconds", "MB at most", box=None, padding=(0, 1, 0, 0))
    for column in drawn.columns[2:]:
        column.justify = "right"
    for row in table.to_dict("records"):
        seconds = "–" if math.isnan(row["seconds"]) else f"{row['seconds']:,.0f}"
        told = (row["dataset"], row["state"], f"{row['samples']:,}", seconds, f"{row['bytes'] / 1e6:,.1f}")
        drawn.add_row(*map(Text, told))
    Console().print(drawn)
    missing = table[table["state"] == "to record"]
    print(
        f"{counted(len(missing), 'dataset')} to record: {missing['samples'].sum():,} images, about "
        f"{missing['seconds'].sum():,.0f} seconds without writing, at most {missing['bytes'].sum() / 1e6:,.1f} MB."
    )
