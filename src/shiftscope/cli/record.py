"""`shiftscope record`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from shiftscope.cli.asked.asked_preprocess import asked_preprocess
from shiftscope.cli.asked.options import Weights
from shiftscope.cli.asked.study_address import StudyAddress
from shiftscope.cli.asked.study_or_none import study_or_none
from shiftscope.cli.cluster import cluster
from shiftscope.cli.group_values import group_values
from shiftscope.cli.printed.print_chance import print_chance
from shiftscope.counted import counted
from shiftscope.errors import BadRequest, DataError
from shiftscope.local_file import local_file

if TYPE_CHECKING:
    from shiftscope.store.stored_recording import Recording
    from shiftscope.store.stored_study import StoredStudy

LOCAL_RANKS = "LOCAL_RANK", "SLURM_LOCALID"  # as torchrun and Slurm number the processes of one machine


def record(
    study: StudyAddress,
    /,
    *,
    model: str,
    data: str,
    name: str,
    weights: Weights = None,
    layers: list[str] | None = None,
    paths: list[str] | None = None,
    shift: list[str] | None = None,
    reference: bool = False,
    categories: Path | None = None,
    root: Path | None = None,
    limit: int | None = None,
    resize: int | None = None,
    crop: int | None = None,
    mean: list[float] | None = None,
    std: list[float] | None = None,
    scale: float = 1.0,
    channels: Literal["rgb", "bgr", "gray"] = "rgb",
    stored_as: Literal["auto", "float16", "float32"] = "auto",
    keep: Literal["responses", "summaries"] = "responses",
    outputs: Literal["auto", "logits", "probabilities"] = "auto",
    output: str | None = None,
    batch_size: int = 64,
    loader_workers: int = 0,
    device: str | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    shard_samples: int | None = None,
    on_error: Literal["raise", "skip"] = "raise",
    check_range: bool = True,
    other_preprocessing: bool = False,
    overwrite: bool = False,
    about: str | None = None,
    groups: list[str] | None = None,
    split_by: str | None = None,
    twins: str | None = None,
    twin_of: str | None = None,
    no_twins: Annotated[bool, Parameter(negative="")] = False,
    private: bool = False,
    dry_run: bool = False,
) -> None:
    """Record a model's responses to a dataset into a study; the same command goes on where it stopped.

    Parameters
    ----------
    study
        Folder of the study, or its address on an object store, as s3://bucket/x.study; made when it is not there. Or
        FILE.toml that says all of this: study = "x.study", options for all datasets, and a table [[dataset]] for each.
    model
        package.module:callable, timm:NAME, hf:NAME, or a .pt2 file of torch.export.
    data
        What to show: imagefolder:FOLDER, csv:FILE, parquet:FILE, npz:FILE, jpegpack:FILE, idx:FOLDER,
        digits:PALETTE, or a path.
    name
        Of the dataset in the study.
    layers
        Names or globs of layers, name:pool for another pooling, name:channel_axis=-1 or name:prefix_tokens=1 where
        the first pass cannot tell; auto for the last of each stage. Needed for the first dataset of a study.
    paths
        Names or globs of linear maps and convolutions whose paths are to be counted; named with the layers. The
        map into the logits needs no naming.
    shift
        NAME:STRENGTH or NAME:STRENGTH:SEED, as gaussian_noise:0.3: change the images by this; several in their order.
        `shiftscope shifts` lists them.
    reference
        Compare the other datasets with this one.
    categories
        Text file with one category name a line, in the order of the logits.
    root
        The folder that the paths of a table start from, and that none may leave; the table's own where not given.
    limit
        At most so many samples, spread evenly over the data.
    resize
        Shorter side of an image, in pixels. Without this and the next five options images are made ready for the model
        as the reference's were.
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
        All responses with their summaries, or summaries alone.
    outputs
        What the model's outputs are; found out from the first ones where not given.
    output
        Name, or number from 0, of the tensor that holds them, where the model returns several.
    batch_size
        Samples in one forward pass.
    loader_workers
        Processes that read images for the model.
    device
        Where the model runs: cpu, cuda, mps. Of several ranks or workers on one machine, each takes its own GPU for
        cuda.
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
        Replace a dataset of this name.
    about
        What the dataset is, for a person.
    groups
        VARIABLE=VALUE, as corruption=noise severity=3: the datasets it belongs with, and its place among them.
    split_by
        A column of the metadata: each of its values becomes a dataset NAME.VALUE of its own.
    twins
        id, or a column of the metadata that names each sample's original: how samples find their twins in another
        dataset. A set made by --shift finds those of the set it was made from by itself.
    twin_of
        The dataset that has the twins; the reference where not given.
    no_twins
        A set made by --shift is to stand alone.
    private
        Let nobody but yourself read the study, nor anything that is ever written into it.
    dry_run
        Record nothing; print what would be, with layers, images, seconds and bytes.
    """
    from shiftscope.flow.recording_cost import recording_cost
    from shiftscope.flow.scores import score_all
    from shiftscope.model.evaluation.evaluation import moved
    from shiftscope.model.load import load_model
    from shiftscope.progress import bar
    from shiftscope.study import Study

    net = load_model(model, weights)
    names = category_names(categories)
    preprocess = asked_preprocess(resize, crop, mean, std, scale, channels)
    if dry_run:
        with study_or_none(study, dry_run=True) as place:
            cost = recording_cost(
                Study.create(place, net, names, exist_ok=True),
                data,
                name,
                model=moved(net, own_device(device)) if device else net,
                layers=layers,
                paths=paths or (),
                shift=shift or (),
                preprocess=preprocess,
                root=root,
                limit=limit,
                stored_as=stored_as,
                keep=keep,
                outputs=outputs,
                output=output,
                batch_size=batch_size,
                check_range=check_range,
                other_preprocessing=other_preprocessing,
            )
        print(f"{name}: {cost.in_words}")
        return
    with says_what_stays(), cluster(workers, scheduler, device) as engine:
        # Stays where the recording is refused: another process may have begun one in it.
        opened = Study.create(study, net, names, exist_ok=True, private=private)
        recording = opened.record(
            data,
            name,
            model=moved(net, own_device(device)) if device and engine is None else net,
            layers=layers,
            paths=paths or (),
            shift=shift or (),
            reference=reference,
            preprocess=preprocess,
            root=root,
            limit=limit,
            stored_as=stored_as,
            keep=keep,
            outputs=outputs,
            output=output,
            batch_size=batch_size,
            loader_workers=loader_workers,
            engine=engine,
            shard_samples=shard_samples,
            on_error=on_error,
            check_range=check_range,
            other_preprocessing=other_preprocessing,
            overwrite=overwrite,
            about=about,
            groups=group_values(groups),
            split_by=split_by,
            twins=_twins(twins, no_twins),
            twin_of=twin_of,
        )
    score_all(opened, progress=bar)
    for part in [recording] if split_by is None else _parts(opened, name, split_by):
        _print_recorded(part, study, opened)
    print_chance(opened)


def _twins(by: str | None, none: bool) -> str | Literal[False] | None:
    if by is not None and none:
        raise BadRequest(f"--twins {by} and --no-twins; give one of them.")
    return False if none else by


def _parts(study: StoredStudy, name: str, column: str) -> list[Recording]:
    return [
        study[each]
        for each in study
        if each.startswith(f"{name}.") and column in study.description(each).groups
    ]


def _print_recorded(recording: Recording, place: Path, study: StoredStudy) -> None:
    from shiftscope.outcomes.outcomes import outcomes

    result = outcomes(recording.samples, len(study.categories))
    told = f", {100 * result.accuracy:.1f} % classified right" if result.labelled else ""
    unlabelled = len(recording.samples) - recording.samples.skipped - result.labelled
    without = f", {unlabelled} without a label" if unlabelled else ""
    skipped = f", {recording.samples.skipped} skipped" if recording.samples.skipped else ""
    shown = counted(len(recording.samples), "sample")
    print(f"{recording.name}: {shown}{told}{without}{skipped}. Look at them with: shiftscope view {place}")


@contextmanager
def says_what_stays() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        print("Stopped. What was finished is stored, and the same command goes on.", file=sys.stderr)
        raise


def own_device(device: str, environment: Mapping[str, str] = os.environ) -> str:
    """The one of this process, where its launcher has numbered those of this machine and each sees all GPUs."""
    from shiftscope.engine.ranks import Ranks

    if device == "cuda" and Ranks.from_environment(environment):
        import torch

        number = next(
            (environment[name] for name in LOCAL_RANKS if environment.get(name, "").isdecimal()), "0"
        )
        if (seen := torch.cuda.device_count()) > 1:
            return f"cuda:{int(number) % seen}"
    return device


def category_names(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    try:
        text = local_file(file).read_text("utf-8-sig")
        return tuple(line.strip() for line in text.splitlines() if line.strip())
    except (OSError, UnicodeDecodeError, DataError) as error:
        raise BadRequest(f"cannot read category names from {str(file)!r}: {error}.") from error
