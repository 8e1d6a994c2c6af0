"""Deephys' files become a study, a shard of its samples in memory at a time."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from shiftscope.errors import BadRequest, NotInStudy, ShiftscopeError, StudyMismatch, closest
from shiftscope.interop.deephys.dataset_file import DatasetFile, read_dataset_file
from shiftscope.interop.deephys.filling import Filling
from shiftscope.interop.deephys.model_file import ModelFile, read_model_file
from shiftscope.interop.deephys.names import CategoryNames, dataset_names
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.progress import Progress, silent
from shiftscope.store.disk.atomic import remove_folder
from shiftscope.store.disk.object_path import study_path
from shiftscope.store.layout import SHARD_SAMPLES, written_format
from shiftscope.store.manifest import create_study
from shiftscope.store.places import StudyPlace
from shiftscope.store.plan import Plan
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.writing.writer import RecordingWriter
from shiftscope.summaries.summarise import summarise_shard

if TYPE_CHECKING:
    from shiftscope.recording.stream import OnError

ON_ERROR = ("raise", "skip")


def import_deephys(
    model_file: str | Path,
    test_files: Sequence[str | Path],
    into: str | Path,
    *,
    reference: str | None = None,
    classification_layer: str | None = None,
    on_error: OnError = "raise",
    progress: Progress = silent,
) -> StoredStudy:
    """A study of what one `.model` and some `.test` files of Deephys hold, of any version.

    Every layer is kept as it is in the files, in float32; the classification layer also gives the logits. Where
    a file is refused, nothing of a new study is left; an import that was killed goes on. In a study of the same
    model, datasets that are there already stay.

    Parameters
    ----------
    test_files
        One for each dataset, which is called as the file says.
    into
        Folder of the study, or its address on an object store; made when it is not there.
    reference
        The dataset that the others are compared with, by its name or its file's; the first where not given.
    classification_layer
        The layer that gives the logits, for files before 0.11, which do not say; "classification" where not given.
    on_error
        "skip" counts images with a response that is NaN, infinite or beyond float32, and leaves a gap in their place.

    Raises
    ------
    DataError
        There is no such file, or files disagree about the categories; `FileDamaged` gives the byte at which one is
        not what Deephys writes.
    ResponseError
        A response that is no finite float32; layer, unit and image are named.
    StudyMismatch
        The folder holds something else.
    """
    if on_error not in ON_ERROR:
        raise BadRequest(f"on_error={on_error!r}; it can be 'raise' or 'skip'.")
    paths = [Path(test_files)] if isinstance(test_files, str | Path) else [Path(file) for file in test_files]
    if not paths:
        raise BadRequest("no .test file is given; a study needs at least one dataset.")
    model = read_model_file(Path(model_file), classification_layer)
    opened = [read_dataset_file(path, model) for path in paths]
    files = dict(zip(dataset_names(opened), opened, strict=True))
    first = _reference(files, reference)
    categories = CategoryNames(model)
    for file in files.values():
        categories.learn_classes(file)
    study, is_new = _study(study_path(into), model)
    categories.known(study)
    try:
        for name, file in files.items():
            if not _is_there(study, name, file):
                _import(study, name, file, categories, skips=on_error == "skip", progress=progress)
    except (ShiftscopeError, OSError):
        if is_new:
            remove_folder(study.path)
        raise
    if reference or is_new:
        study.update(lambda manifest: dataclasses.replace(manifest, reference=first))
    return study


def _import(
    study: StoredStudy,
    name: str,
    file: DatasetFile,
    categories: CategoryNames,
    *,
    skips: bool,
    progress: Progress,
) -> None:
    """Write one dataset and enter it in the manifest; nothing is left of one that fails."""
    place = study.place_of(name)
    plan = Plan(
        dataset=place.recorded_as,
        samples=file.count,
        layers=_recorded_layers(file.model),
        categories=file.model.categories,
        stored_as="float32",
        keep="responses",
        probabilities=False,
        fingerprint=file.sha256,
        source={"kind": "deephys", "file": file.path.name, "name": file.name, "dtype": file.dtype},
        model=file.model.as_json(),
        shard_samples=SHARD_SAMPLES,
        format=written_format(study.manifest.format),
    )
    writer = RecordingWriter(place, plan, overwrite=True)
    try:
        unfinished, shards = set(writer.unfinished()), plan.shards()
        left = sum(len(shards[index]) for index in unfinished)
        with progress(name, file.count - left, file.count) as advance:
            blocks = file.blocks(plan.shard_samples)
            for index, positions in shards.items():
                shard = Filling(index, positions, plan)
                read = 0
                while read < len(positions):
                    block = next(blocks)
                    read += len(block)
                    categories.learn(file, block)
                    if index in unfinished:
                        shard.add(file, block, skips=skips)
                if index in unfinished:
                    finished = shard.finish()
                    writer.commit(finished, summarise_shard(finished, plan.categories))
                    del shard, finished  # or they would be in memory beside the next
                    advance(len(positions))
            for _ in blocks:  # reads on to the end of the file, where nothing may follow
                pass
        writer.seal(categories.names())
    except (ShiftscopeError, OSError):
        remove_folder(writer.place.folder)
        raise
    study.update(
        lambda manifest: dataclasses.replace(
            manifest.entered(name, place.at), categories=categories.names(), layers=tuple(plan.layers)
        )
    )


def _recorded_layers(model: ModelFile) -> list[RecordedLayer]:
    return [
        RecordedLayer(
            name=name,
            module=name,
            module_type="Deephys layer",
            kind="neuron",
            pool="none",
            units=units,
            shape=(units,),
            item=None,
            call=0,
            rectify=False,
            channel_axis=1,
            prefix_tokens=0,
        )
        for name, units in model.layers.items()
        if units
    ]


def _study(path: Path, model: ModelFile) -> tuple[StoredStudy, bool]:
    """The study at `path`, and whether it was made now."""
    described = model.as_json()
    if not StudyPlace(path).manifest.exists():
        create_study(path, described, (), _versions())
        return StoredStudy(path), True
    study = StoredStudy(path)
    there = study.manifest.model
    if any(there.get(key) != described[key] for key in ("file_sha256", "classification_layer")):
        raise StudyMismatch(
            f"{path} is a study of another model, {there['class']}; {model.path} cannot be added to it. Choose a new "
            "folder."
        )
    return study, False


def _is_there(study: StoredStudy, name: str, file: DatasetFile) -> bool:
    """Whether the study holds this dataset already; refuses another one of its name."""
    for other in study.datasets:
        if other.casefold() == name.casefold():
            if study[other].plan.fingerprint == file.sha256:
                return True
            raise StudyMismatch(
                f"{study.path} holds another dataset named {other!r} than {file.path}. Import it into a new study."
            )
    return False


def _reference(files: dict[str, DatasetFile], asked: str | None) -> str:
    """The name of the reference among the datasets; raises `NotInStudy` where there is no such one."""
    if asked is None:
        return next(iter(files))
    for name, file in files.items():
        if asked in (name, file.name, file.path.name, file.path.stem):
            return name
    raise NotInStudy(
        f"no dataset {asked!r} among the files; closest: {closest(asked, files)}. There are: {', '.join(files)}."
    )


def _versions() -> dict[str, str]:
    return {
        "shiftscope": version("shiftscope"),
        "numpy": version("numpy"),
        "python": platform.python_version(),
    }
