"""The verbs, each wiring a few folders: record, score, intervene and paths."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shiftscope.arrays import UnitArray
from shiftscope.engine.choose import chosen
from shiftscope.engine.engine import Engine
from shiftscope.errors import BadRequest
from shiftscope.progress import Progress, silent
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.estimation.stored_estimates import NUMBERS, has_estimates, stored_estimates_of
from shiftscope.scores.score import unit_scores
from shiftscope.store.disk.atomic import sweep_folder
from shiftscope.store.disk.locks import files_of, held, recording_lock
from shiftscope.store.disk.object_path import on_store
from shiftscope.store.disk.write_errors import refusals_told
from shiftscope.store.layout import ANSWERS, SHARD_SAMPLES, folder_name, unreplaced
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import Manifest, StudyFiles

if TYPE_CHECKING:
    import pandas as pd
    from distributed import Client
    from torch import nn

    from shiftscope.datasets.sample import Dataset
    from shiftscope.explain.interventions.edit import How
    from shiftscope.explain.interventions.intervention import Intervention
    from shiftscope.explain.paths.path_statistics import Settings
    from shiftscope.explain.paths.paths import Paths
    from shiftscope.model.layer_choice import Layer
    from shiftscope.recording.preparation import Preparation
    from shiftscope.recording.stream import Pass
    from shiftscope.shard import Keep, Outputs, StoredAs
    from shiftscope.store.integrity.verify import Verified


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
    with refusals_told(study.path), recording_lock(study.path, folder, engine.rank):
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


def verify(study: StudyFiles, *, mend: bool = False) -> Verified:
    """Compare every recorded file with its checksum; `mend` makes again what can be made without the model.

    What was found is told as it was before mending. Of a damaged shard only that shard has to be recorded again, by
    the command that recorded its dataset.
    """
    from shiftscope.store.integrity.repair import mend as make_good
    from shiftscope.store.integrity.verify import verify as compare

    found = compare(study)
    if mend:
        make_good(study, found.damages)
    return found


def scores(
    study: StudyFiles,
    layer: str,
    *,
    dataset: str | None = None,
    reference: str | None = None,
    intervals: bool = False,
) -> pd.DataFrame:
    """One row for each shifted dataset and unit of `layer`, one column for each score.

    Parameters
    ----------
    dataset
        Only this dataset. For the reference itself the scores that compare are NaN.
    reference
        Compare with this dataset instead of the study's reference.
    intervals
        Add `<score>_low` and `<score>_high`, ends of the 95 % bootstrap interval, and for scores that test
        something `<score>_p` and `<score>_q`. For scores of rank correlations also `<score>_floor`, what sampling
        alone makes of them, and `<score>_flat_p`: from .05 on the reference's categories cannot be told apart.

    Returns
    -------
    DataFrame
        Columns dataset, unit, then every score by name; NaN where a unit has no such score. `attrs["undefined"]`
        counts those.
    """
    import pandas as pd

    against, described = study[reference or study.reference].name, study.layer(layer)
    shifted = [study[dataset].name] if dataset else [name for name in study if name != against]
    if not shifted:
        raise BadRequest(f"nothing to compare with {against!r}: record a shifted dataset first.")
    tables = []
    for name, estimates in stored_estimates_of(study, shifted, against, described.name).items():
        columns = {
            f"{score}_{part}" if part else score: numbers
            for score, estimate in estimates.items()
            for part, numbers in (_parts(estimate) if intervals else {"": estimate.value}).items()
        }
        tables.append(pd.DataFrame({"dataset": name, "unit": range(described.units), **columns}))
    table = pd.concat(tables, ignore_index=True)
    table.attrs["undefined"] = {name: int(table[name].isna().sum()) for name in unit_scores}
    return table


def score_all(study: StudyFiles, *, progress: Progress = silent) -> None:
    """Compute and keep every score that the viewer shows first, so that no page waits for one."""
    missing = {
        layer: [name for name in study if not has_estimates(study, name, study.reference, layer)]
        for layer in study.layers
    }
    units = sum(study.layer(layer).units * len(names) for layer, names in missing.items())
    with progress("scoring", 0, units, counted="units") as advance:
        for layer, names in missing.items():
            stored_estimates_of(study, names, study.reference, layer, advance=advance)


def _parts(estimate: Estimate) -> dict[str, UnitArray]:
    parts = {"value": "", **{part: part for part in NUMBERS[1:]}}
    read = {shown: getattr(estimate, part) for part, shown in parts.items()}
    return {part: numbers for part, numbers in read.items() if numbers is not None}


def intervene(
    study: StudyFiles,
    layer: str,
    units: Sequence[int],
    how: How = "silence",
    *,
    reference: str | None = None,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    batch_size: int = 64,
    loader_workers: int = 0,
    progress: Progress = silent,
) -> Intervention:
    """What is answered with some units changed: by the study's head, or by the model where `data` are given."""
    if data is None:
        from shiftscope.explain.interventions.intervene import intervene as through_the_head

        return through_the_head(study, units, how, layer=layer, reference=reference)
    from shiftscope.datasets.source import as_dataset
    from shiftscope.explain.interventions.live import intervene_live
    from shiftscope.recording.stream import Pass

    if model is None:
        raise BadRequest("data and no model to show them to: give model=net too.")
    shown = {name: as_dataset(given, categories=study.categories) for name, given in data.items()}
    samples = sum(map(len, shown.values()))
    with progress("intervening", 0, samples) as advance:
        run = Pass(batch_size=batch_size, loader_workers=loader_workers, progress=advance)
        return intervene_live(study, model, shown, units, how, layer=layer, reference=reference, run=run)


def paths(
    study: StudyFiles,
    layer: str | None = None,
    *,
    settings: Settings | None = None,
    reference: str | None = None,
    progress: Progress = silent,
) -> Paths:
    """How often each product of weight and response is significant, category by category."""
    from shiftscope.explain.paths.paths import paths as counted

    return counted(study, layer, settings=settings, reference=reference, progress=progress)
