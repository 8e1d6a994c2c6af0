"""A model's responses to a dataset, stored in a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from shiftscope.engine.choose import chosen
from shiftscope.engine.engine import Engine
from shiftscope.errors import BadRequest
from shiftscope.flow.steps.record_dataset import record_dataset
from shiftscope.progress import silent, tell
from shiftscope.store.description import GroupValue
from shiftscope.store.layout import refuse_dataset_name
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from distributed import Client
    from PIL.Image import Image
    from torch import nn

    from shiftscope.datasets.pictures.preprocess import Preprocess
    from shiftscope.datasets.sample import Dataset
    from shiftscope.model.survey.layer import Layer
    from shiftscope.recording.stream import OnError
    from shiftscope.shard import Keep, Outputs, StoredAs


def record(
    study: StoredStudy,
    data: Any,
    name: str,
    *,
    layers: Sequence[Layer | str] | Literal["auto"] | None = None,
    paths: Sequence[str] = (),
    reference: bool = False,
    model: nn.Module | None = None,
    preprocess: Preprocess | None = None,
    transform: Callable[[Image], Any] | None = None,
    labels: Any = None,
    root: str | Path | None = None,
    limit: int | None = None,
    shift: str | Sequence[str] = (),
    stored_as: StoredAs = "auto",
    keep: Keep = "responses",
    outputs: Outputs = "auto",
    output: str | int | None = None,
    batch_size: int = 64,
    loader_workers: int = 0,
    engine: Engine | Client | None = None,
    shard_samples: int | None = None,
    on_error: OnError = "raise",
    check_range: bool = True,
    other_preprocessing: bool = False,
    overwrite: bool = False,
    about: str | None = None,
    groups: Mapping[str, GroupValue] | None = None,
    split_by: str | None = None,
    twins: str | Literal[False] | None = None,
    twin_of: str | None = None,
    progress: bool = True,
) -> Recording:
    """Show `data` to the model and keep the responses of `layers`; goes on where it stopped.

    Parameters
    ----------
    data
        A dataset of shiftscope, arrays (sample, channel, row, column), a pair (images, labels), a data frame or a
        dict of columns with `path` or `image`, a list of pictures or paths, a map-style torch Dataset, a DataLoader
        that reads in order, a Hugging Face dataset, or text such as "imagefolder:val/". What needs more options is
        made by `shiftscope.dataset`.
    name
        Of the dataset in the study.
    layers
        Names or globs of modules, "name:pool", "name:channel_axis=-1" where the axis of the units cannot be known,
        or `Layer` objects; "auto" for the last of each stage. Needed for the first dataset; later ones are recorded at
        the same.
    paths
        Names or globs of linear maps and convolutions inside the model whose paths are to be counted: what
        enters them is recorded as a layer "NAME input", and their weights are kept. Named with the layers.
        The map into the logits needs no naming.
    reference
        Compare the other datasets with this one. The first dataset is the reference until another says so.
    model
        Needed once after `open_study`.
    preprocess
        A `Preprocess`, for images that are not model inputs yet; the reference's where not given.
    transform
        A function from a picture (PIL) to the model's input (channel, row, column), in its place.
    labels
        (sample,) category numbers, where `data` holds none.
    root
        The folder that the paths of a table, frame or list start from, and that none may leave.
    limit
        At most so many samples, spread evenly over the data.
    shift
        "NAME:STRENGTH" or "NAME:STRENGTH:SEED", as "gaussian_noise:0.3", or several, applied to the pictures in this
        order after resize and crop and before mean and deviation; `shiftscope.shift` says more.
    stored_as
        Type of the stored responses: "float16", "float32", or "auto": half precision but for layers whose
        first responses it would not keep apart.
    keep
        "responses" and their summaries, or only "summaries" for sets too large to keep.
    outputs
        What the model's outputs are: "logits" (log-probabilities too) or "probabilities"; found out from the
        first ones of the first dataset where not given.
    output
        Which of several tensors that the model returns holds them, by its name or its number from 0. Needed
        where more than one could be meant, with the first dataset.
    loader_workers
        Processes that read samples for the model.
    engine
        Where the shards are recorded: in this process where not given, which shares them with the other ranks
        if torchrun or Slurm started several. A `dask.distributed.Client` has its workers record. See
        docs/cluster.md.
    shard_samples
        How many samples are written, counted and handed to a worker together; 4,096 where not given.
    on_error
        "skip" counts samples that cannot be read, and leaves a gap in their place.
    check_range
        Refuse inputs whose range is of another order than the first dataset's.
    other_preprocessing
        Record data as they are given where their preprocessing differs from the reference's, or they have none.
    overwrite
        Replace a dataset of this name; it stays until the new recording is whole.
    about
        What the dataset is, for a person; as `describe` has it.
    groups
        Value by variable, as {"corruption": "noise", "severity": 3}: the datasets it belongs with, and its place
        among them; as `describe` has them.
    split_by
        A column of the metadata: each of its values, at most 100, becomes a dataset "NAME.VALUE" of its own, grouped
        by the column. Each sample is shown to the model once; where the data do not list their metadata, every
        sample is read once more beforehand. The recording of the first value is given back.
    twins
        How each sample finds its twin, the recorded sample that was made from the same original: "id", or a column
        of the metadata that names the original, whose values another dataset has in the same column, or as its ids.
        Where not given, a dataset made by `shiftscope.shift` is the twin of the one it was made from, if that is
        recorded; False: of none. Several samples of one original are a cluster.
    twin_of
        The dataset that has the twins; the reference where not given.

    Raises
    ------
    BadRequest
        The study was opened to be read only, or an option cannot be.
    StudyBusy
        Another process records this dataset.
    StudyNotWritable
        The disk is full or may only be read.
    StudyMismatch
        Another model, other layers or a dataset of other contents under this name.
    LayerNotFound, LayerError, DataError, ModelError, ResponseError
        What was asked cannot be recorded; the message names the layer, unit or sample.
    """
    from shiftscope.datasets.shifts.shifted import shifted
    from shiftscope.progress import bar
    from shiftscope.recording.as_given import as_given
    from shiftscope.recording.stream import PassOptions
    from shiftscope.recording.twin_search import TwinsAsked

    study.refuse_read_only("recorded into")
    study.model = study.model if model is None else model
    if study.model is None:
        raise BadRequest("an opened study does not hold the model: pass record(..., model=net) once.")
    dataset, told = as_given(
        study,
        data,
        name,
        preprocess=preprocess,
        transform=transform,
        labels=labels,
        root=root,
        limit=limit,
        other_preprocessing=other_preprocessing,
    )
    dataset = shifted(dataset, shift)
    engine = chosen(engine)
    if progress and engine.rank in (None, 0):
        tell(name, [*dataset.describe().get("told", ()), *told])
    parts = {name: (dataset, groups)}
    if split_by is not None:
        if reference:
            raise BadRequest(
                "the reference is one dataset, and split_by makes several. Record the reference by itself, before or "
                "after them."
            )
        parts = _parts(study, dataset, name, split_by, groups)
    for part, (samples, grouped) in parts.items():
        record_dataset(
            study,
            study.model,
            samples,
            part,
            layers=layers,
            paths=paths,
            reference=reference,
            stored_as=stored_as,
            keep=keep,
            outputs=outputs,
            output=output,
            options=PassOptions(batch_size=batch_size, loader_workers=loader_workers, on_error=on_error),
            engine=engine,
            shard_samples=shard_samples,
            check_range=check_range,
            other_preprocessing=other_preprocessing,
            overwrite=overwrite,
            about=about,
            progress=bar if progress else silent,
            groups=grouped,
            twins=TwinsAsked(twins, twin_of),
        )
    return study[next(iter(parts))]


def _parts(
    study: StoredStudy,
    dataset: Dataset,
    name: str,
    column: str,
    groups: Mapping[str, GroupValue] | None,
) -> dict[str, tuple[Dataset, Mapping[str, GroupValue] | None]]:
    """A dataset for each value of a column, by name, and the groups it belongs to.

    Raises
    ------
    DataError
        No such column, samples without a value, or too many values.
    BadRequest
        Values that cannot stand in the names of datasets.
    """
    from shiftscope.datasets.split import split

    parts: dict[str, tuple[Dataset, Mapping[str, GroupValue] | None]] = {}
    for value, part in split(dataset, column).items():
        named = f"{name}.{value}"
        if named in parts:
            raise BadRequest(f"two values of {column!r} are written {str(value)!r}; make them differ.")
        refuse_dataset_name(named, [*study.datasets, *parts])
        parts[named] = part, {**(groups or {}), column: value}
    return parts
