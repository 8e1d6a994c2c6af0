"""A model's responses to what is a dataset already, stored in a study."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from shiftscope.derived.encode import PositionSource, encode
from shiftscope.engine.choose import chosen
from shiftscope.engine.engine import Engine
from shiftscope.errors import BadRequest, StudyMismatch
from shiftscope.progress import Progress, silent, tell
from shiftscope.store.description import Description, GroupValue
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.layout import ANSWERS, SHARD_SAMPLES
from shiftscope.store.manifest import Manifest
from shiftscope.store.places import RecordingPlace
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from distributed import Client
    from torch import nn

    from shiftscope.datasets.sample import Dataset
    from shiftscope.model.survey.layer import Layer
    from shiftscope.recording.preparation import Preparation
    from shiftscope.recording.recording_work import RecordingWork
    from shiftscope.recording.stream import PassOptions
    from shiftscope.recording.twin_search import TwinsAsked
    from shiftscope.shard import Keep, Outputs, StoredAs


def record_dataset(
    study: StoredStudy,
    model: nn.Module,
    dataset: Dataset,
    name: str,
    *,
    layers: Sequence[Layer | str] | Literal["auto"] | None = None,
    paths: Sequence[str] = (),
    reference: bool = False,
    stored_as: StoredAs = "auto",
    keep: Keep = "responses",
    outputs: Outputs = "auto",
    output: str | int | None = None,
    options: PassOptions | None = None,
    engine: Engine | Client | None = None,
    shard_samples: int | None = None,
    check_range: bool = True,
    other_preprocessing: bool = False,
    overwrite: bool = False,
    about: str | None = None,
    groups: Mapping[str, GroupValue] | None = None,
    twins: TwinsAsked | None = None,
    progress: Progress = silent,
) -> Recording:
    """`record` of what is a dataset already, with all that decides how its samples go through the model.

    What can be known before the first batch is refused before it, with the study untouched; an error on the
    way keeps the shards that were finished. Without an `engine` this process records alone, or together with the
    other ranks that its launcher started; a Dask client has its workers record.
    """
    from shiftscope.recording.preparation import Request, layers_asked, prepare
    from shiftscope.recording.recording_work import RecordingWork
    from shiftscope.recording.stream import PassOptions
    from shiftscope.recording.twin_search import TwinsAsked
    from shiftscope.recording.with_twin_effects import twins_to_compare
    from shiftscope.store.plan import checked_shard_samples

    engine, options = chosen(engine), options or PassOptions()
    if keep == "summaries" and study.derived:
        raise BadRequest(
            f"this study has derived layers, {' and '.join(study.derived)}, whose codes are computed from responses: "
            'record with keep="responses", or delete the folder derived in it first.'
        )
    asked = Request(
        name=name,
        layers=layers_asked(layers),
        paths=[paths] if isinstance(paths, str) else paths,
        stored_as=stored_as,
        batch_size=options.batch_size,
        keep=keep,
        outputs=outputs,
        output=output,
        check_range=check_range,
        shard_samples=checked_shard_samples(
            SHARD_SAMPLES if shard_samples is None else shard_samples, len(dataset)
        ),
        other_preprocessing=other_preprocessing,
        overwrite=overwrite,
        twins=twins or TwinsAsked(),
    )
    Description().changed(about, groups)  # refused before the first batch
    study.reread(as_written=True)  # another process may have renamed a dataset
    prepared = prepare(study, model, dataset, asked)
    if progress is not silent and not engine.rank:
        _tell(study, name, prepared, dataset)
    if overwrite and engine.rank is not None:
        raise BadRequest(
            "processes that record together cannot replace a dataset, since one may end before another begins. "
            "Record under another name, or replace it with one process."
        )
    with write_errors(study.path), study.place_of(name).lock(engine.rank):
        # A recording that is replaced stays until the new one is whole; one that was stopped then takes its place.
        before = study.place_of(name)
        if before.waits and engine.rank is not None:
            raise BadRequest(
                f"a replacement of {name!r} was stopped just before it took its place. Finish it with one process "
                "first: the same command alone."
            )
        replaces = before.waits or (overwrite and name in study)
        work = RecordingWork(
            before.replacement if replaces else before,
            prepared.plan,
            prepared.categories,
            prepared.model,
            dataset,
            options,
            prepared.known,
            prepared.twins,
            twins_to_compare(study, prepared.plan, prepared.twins),
        )
        place = _record_shards(work, name, prepared, engine, overwrite=overwrite, progress=progress)
        _enter(study, prepared, place, reference=reference, about=about, groups=groups)
        if replaces:
            place.remove_others()
    if keep == "responses":
        for derived in study.derived.values():
            source = PositionSource(prepared.model, dataset, options.batch_size)
            encode(study, derived, name, positions_from=source, engine=engine, progress=progress)
        study.forget()
    return study[name]


def _tell(study: StoredStudy, name: str, prepared: Preparation, dataset: Dataset) -> None:
    """What was decided without being asked, and which samples have no twin."""
    from shiftscope.recording.twin_search import without_twins

    tell(name, prepared.told)
    stated, rows = prepared.plan.twin_of, prepared.twins
    if stated and rows is not None and (rows < 0).any():
        other = study.manifest.now_named(stated.dataset) or stated.dataset
        tell(name, [without_twins(dataset, rows, other, stated.by)])


def _record_shards(
    work: RecordingWork,
    name: str,
    prepared: Preparation,
    engine: Engine,
    *,
    overwrite: bool,
    progress: Progress,
) -> RecordingPlace:
    """Record the shards that are missing, and seal the recording; where it then lies."""
    from shiftscope.store.writing.writer import RecordingWriter

    place, dataset = work.place, work.dataset
    answers = work.known.answers if work.known else None
    with place.files_lock():
        writer = RecordingWriter(
            place, work.plan, answers=answers, maps=prepared.map_geometries, overwrite=overwrite
        )
    if answers:
        writer.tell_other_passes(answers, work.options.batch_size)
    try:
        done = len(dataset) - sum(map(work.samples_in, writer.unfinished()))
        with progress(name, done, len(dataset)) as advance:
            if not writer.complete:
                engine.run(work, advance)
    except BaseException:
        if engine.over:
            writer.abandon()
        raise
    if engine.rank is None:
        place.sweep()
    with place.files_lock():
        writer = RecordingWriter(place, work.plan)  # another rank may have sealed it
        writer.seal(work.categories)
    return place.settled()


def _enter(
    study: StoredStudy,
    recorded: Preparation,
    place: RecordingPlace,
    *,
    reference: bool,
    about: str | None,
    groups: Mapping[str, GroupValue] | None,
) -> None:
    """Put a finished recording into the manifest, and what it tells of the model into the study."""
    from shiftscope.model.head import find_heads
    from shiftscope.model.provenance import refuse_other_layers

    name, layers = place.dataset, tuple(recorded.plan.layers)

    def entered(manifest: Manifest) -> Manifest:
        """The manifest with the recording in it; writes the files of linear maps, the same ones each time."""
        if manifest.recorded_as(name) != place.recorded_as:
            raise StudyMismatch(
                f"while {name!r} was recorded, another dataset took this name or gave it up. Record it again."
            )
        if manifest.layers:
            refuse_other_layers(manifest.layers, layers)
        if manifest.answer and recorded.known:
            manifest.answer.refuse_unlike(recorded.answer)
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
        described = manifest.described.get(name, Description()).changed(about, groups)
        return dataclasses.replace(
            manifest.entered(name, place.at),
            categories=recorded.categories,
            layers=layers,
            reference=name if reference or not manifest.reference else manifest.reference,
            inputs=recorded.seen.as_json() if first else manifest.inputs,
            answer=recorded.answer if recorded.known else None,
            sha256={**manifest.sha256, **written},
            described={**manifest.described, name: described},
        )

    study.update(entered)
