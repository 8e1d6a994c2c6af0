"""The verbs, each wiring a few folders: record, score, intervene and paths."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shiftscope.engine.choose import chosen
from shiftscope.engine.engine import Engine
from shiftscope.errors import BadRequest
from shiftscope.progress import Progress, silent
from shiftscope.store.disk.atomic import sweep_folder
from shiftscope.store.disk.locks import files_of, held, recording_lock
from shiftscope.store.disk.object_path import on_store
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.layout import ANSWERS, SHARD_SAMPLES, folder_name, unreplaced
from shiftscope.store.manifest import Manifest
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StudyFiles

if TYPE_CHECKING:
    from distributed import Client
    from torch import nn

    from shiftscope.datasets.sample import Dataset
    from shiftscope.model.layer_choice import Layer
    from shiftscope.recording.preparation import Preparation
    from shiftscope.recording.stream import Pass
    from shiftscope.shard import Keep, Outputs, StoredAs


def record(
    study: StudyFiles,
    model: nn.Module,
    dataset: Dataset,
    name: str,
    *,
    layers: Sequence[Layer | str] | None = None,
    paths: Sequence[str] = (),
    reference: bool = False,
    stored_as: StoredAs = "auto",
    keep: Keep = "responses",
    outputs: Outputs = "auto",
    output: str | int | None = None,
    how: Pass | None = None,
    engine: Engine | Client | None = None,
    shard_samples: int | None = None,
    check_range: bool = True,
    other_preprocessing: bool = False,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Recording:
    """Keep what `layers` say about every sample, going on with a recording that stopped midway.

    What can be known before the first batch is refused before it, with the study untouched; an error on the
    way keeps the shards that were finished. Without an `engine` this process records alone, or together with the
    other ranks that its launcher started; a Dask client has its workers record.

    Raises
    ------
    StudyBusy
        Another process records this dataset.
    StudyNotWritable
        The disk is full or may only be read.
    StudyMismatch
        Another model, other layers or a dataset of other contents under this name.
    LayerNotFound, LayerError, DataError, ModelError, ResponseError
        What was asked cannot be recorded; the message names the layer, unit or sample.
    """
    from shiftscope.recording.job import Job
    from shiftscope.recording.preparation import prepare
    from shiftscope.recording.stream import Pass
    from shiftscope.store.plan import checked_shard_samples
    from shiftscope.store.writing.writer import RecordingWriter

    engine = chosen(engine)
    prepared = prepare(
        study,
        model,
        dataset,
        name,
        layers=layers,
        paths=paths,
        stored_as=stored_as,
        batch_size=(how or Pass()).batch_size,
        keep=keep,
        outputs=outputs,
        output=output,
        check_range=check_range,
        other_preprocessing=other_preprocessing,
        shard_samples=checked_shard_samples(
            SHARD_SAMPLES if shard_samples is None else shard_samples, len(dataset)
        ),
    )
    if overwrite and engine.rank is not None:
        raise BadRequest(
            "processes that record together cannot replace a dataset, since one may end before another begins. "
            "Record under another name, or replace it with one process."
        )
    folder = folder_name(name)
    with write_errors(study.path), recording_lock(study.path, folder, engine.rank):
        # A recording that is replaced stays until the new one is whole; one that was stopped then takes its place.
        stopped = study.folder_of(name).name == unreplaced(folder)
        if stopped and engine.rank is not None:
            raise BadRequest(
                f"a replacement of {name!r} was stopped just before it took its place. Finish it with one process "
                "first: the same command alone."
            )
        replaces = name in study and (overwrite or stopped)
        target = study.place_for(name, replaces=replaces)
        how, known = how or Pass(), prepared.known
        job = Job(target, prepared.plan, prepared.categories, prepared.model, dataset, how, known)
        answers = known.answers if known else None
        with held(study.path, files_of(folder)):
            writer = RecordingWriter(target, prepared.plan, answers=answers, overwrite=overwrite)
        if answers:
            writer.tell_other_passes(answers, how.batch_size)
        try:
            done = len(dataset) - sum(map(job.samples_in, writer.unfinished()))
            with progress(name, done, len(dataset)) as advance:
                if not writer.complete:
                    engine.run(job, advance)
        except BaseException:
            if engine.over:
                writer.abandon()
            raise
        if engine.rank is None:
            writer.sweep()
        with held(study.path, files_of(folder)):
            writer = RecordingWriter(target, prepared.plan)  # another rank may have sealed it
            writer.seal(prepared.categories)
        if replaces:
            target = study.put_in_place(name, target)
            if not on_store(target):
                sweep_folder(target)
        _enter(study, prepared, target.name, reference=reference)
        if replaces:
            study.remove_replaced(name)
    return study[name]


def _enter(study: StudyFiles, recorded: Preparation, folder: str, *, reference: bool) -> None:
    """Put a finished recording into the manifest, and what it tells of the model into the study."""
    from shiftscope.model.head import find_heads
    from shiftscope.model.provenance import refuse_other_layers

    name, layers = recorded.plan.dataset, tuple(recorded.plan.layers)

    def entered(manifest: Manifest) -> Manifest:
        """The manifest with the recording in it; writes the files of linear maps, the same ones each time."""
        if manifest.layers:
            refuse_other_layers(manifest.layers, layers)
        elsewhere = {} if folder == folder_name(name) else {name: folder}
        written, lost = dict[str, str](), study.lost_files()
        heads = (
            find_heads(recorded.model, layers, recorded.inputs, recorded.answer.output)
            if not manifest.layers or lost - {ANSWERS}
            else []
        )
        for head in heads[:1]:
            written |= study.save_head(head)
        kept = recorded.known.to_keep() if recorded.known else None
        if kept and (not manifest.layers or ANSWERS in lost):
            written |= study.save_known_answers(kept)
        for linear in (*recorded.maps.values(), *heads[1:]):
            written |= study.save_map(linear)
        first = not manifest.inputs or name == (manifest.reference or name)
        return dataclasses.replace(
            manifest,
            categories=recorded.categories,
            layers=layers,
            reference=name if reference or not manifest.reference else manifest.reference,
            datasets=manifest.datasets if name in manifest.datasets else (*manifest.datasets, name),
            inputs=recorded.seen.as_json() if first else manifest.inputs,
            answer=recorded.answer if recorded.known else None,
            sha256={**manifest.sha256, **written},
            folders={other: at for other, at in manifest.folders.items() if other != name} | elsewhere,
        )

    study.update(entered)
