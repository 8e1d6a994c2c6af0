"""The verbs, each wiring a few folders: record, score, intervene and paths."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from shiftscope.arrays import UnitArray
from shiftscope.errors import BadRequest
from shiftscope.progress import Progress, silent
from shiftscope.scores.estimate import Estimate
from shiftscope.scores.estimates import has_estimates, stored_estimates
from shiftscope.scores.score import unit_scores
from shiftscope.store.atomic import remove_folder
from shiftscope.store.background import Background
from shiftscope.store.layout import SHARD_SAMPLES, folder_name
from shiftscope.store.plan import Plan
from shiftscope.store.recording import Recording
from shiftscope.store.study_files import StudyFiles
from shiftscope.summaries.summary import summarise_shard

if TYPE_CHECKING:
    import pandas as pd
    from torch import nn

    from shiftscope.datasets.sample import Dataset
    from shiftscope.explain.interventions.edit import How
    from shiftscope.explain.interventions.intervention import Intervention
    from shiftscope.explain.paths.path_statistics import Settings
    from shiftscope.explain.paths.paths import Paths
    from shiftscope.recording.layers import Layer
    from shiftscope.recording.seen import Keep, Outputs, Shard, StoredType
    from shiftscope.recording.stream import Pass


def record(
    study: StudyFiles,
    model: nn.Module,
    dataset: Dataset,
    name: str,
    *,
    layers: Sequence[Layer | str] | None = None,
    paths: Sequence[str] = (),
    reference: bool = False,
    stored_as: StoredType = "float16",
    keep: Keep = "responses",
    outputs: Outputs = "auto",
    how: Pass | None = None,
    check_range: bool = True,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Recording:
    """Keep what `layers` say about every sample, going on with a recording that stopped midway.

    What can be known before the first batch is refused before it, with the study untouched; an error on the
    way keeps the shards that were finished. While one shard is summarised and written, the next is recorded.

    Raises
    ------
    StudyMismatch
        Another model, other layers or a dataset of other contents under this name.
    LayerNotFound, LayerError, DataError, ModelError, ResponseError
        What was asked cannot be recorded; the message names the layer, unit or sample.
    """
    from shiftscope.recording.head import find_head
    from shiftscope.recording.layers import choose_layers
    from shiftscope.recording.linear_maps import find_maps
    from shiftscope.recording.model import unwrap
    from shiftscope.recording.provenance import (
        InputRange,
        describe_model,
        refuse_other_layers,
        refuse_other_model,
    )
    from shiftscope.recording.stream import Pass, check_outputs, first_inputs, stream
    from shiftscope.store.writer import RecordingWriter

    model, manifest, how = unwrap(model), study.manifest, how or Pass()
    paths = [paths] if isinstance(paths, str) else paths
    entered = {layer.name for layer in manifest.layers if layer.side != "output"}
    layers = [layer for layer in layers or () if layer not in entered]  # they are recorded again anyway
    described = describe_model(model)
    refuse_other_model(manifest.model, described)
    _check_name(name, study.datasets)
    if not layers and not paths and not manifest.layers:
        raise BadRequest(
            "the first dataset of a study needs layers=[...]. `shiftscope layers` lists what there is."
        )
    inputs = first_inputs(dataset, model)
    seen = InputRange.of(inputs)
    if manifest.inputs and name != study.reference:
        seen.refuse_unlike(
            InputRange.from_json(manifest.inputs), name, study.reference, check_range=check_range
        )
    maps = find_maps(model, paths, inputs) if paths else {}
    entering = [layer for layer, _ in maps.values()] or [
        layer for layer in manifest.layers if layer.side != "output"
    ]
    chosen = choose_layers(model, layers, inputs) if layers else list(manifest.layers)
    chosen += [layer for layer in entering if layer not in chosen]
    if manifest.layers:
        refuse_other_layers(manifest.layers, chosen)
    categories, probabilities = check_outputs(
        model, inputs, study.categories or tuple(dataset.categories or ())
    )
    plan = Plan(
        dataset=name,
        samples=len(dataset),
        layers=chosen,
        categories=len(categories),
        stored_as=stored_as,
        keep=keep,
        probabilities=probabilities if outputs == "auto" else outputs == "probabilities",
        fingerprint=dataset.fingerprint(),
        source=dataset.describe(),
        model=described,
        shard_samples=SHARD_SAMPLES,
    )
    replaces = overwrite and name in study
    # A recording that is replaced stays until the new one is whole.
    folder = study.path / (f".new {folder_name(name)}" if replaces else folder_name(name))
    writer = RecordingWriter(folder, plan, overwrite=overwrite)
    try:
        unfinished = writer.unfinished()
        left = sum(map(len, unfinished.values()))
        with progress(name, len(dataset) - left, len(dataset)) as advance:
            shards = stream(
                model,
                dataset,
                chosen,
                categories,
                unfinished,
                stored_as=stored_as,
                probabilities=plan.probabilities,
                how=dataclasses.replace(how, progress=advance),
            )

            def commit(shard: Shard) -> None:
                writer.commit(shard, summarise_shard(shard, len(categories)))

            # Closed at once: after a failed write the traceback would keep the stream, and the model its hooks.
            with Background() as background, closing(shards):
                for shard in shards:
                    background.submit(commit, shard)
        writer.seal(categories)
    except BaseException:
        writer.abandon()
        raise
    if replaces:
        remove_folder(study.path / folder_name(name))
        folder.replace(study.path / folder_name(name))
    if not manifest.layers and (head := find_head(model, chosen, inputs)):
        study.save_head(head)
    for _, linear in maps.values():
        study.save_map(linear)
    manifest = study.reread()  # another process may have finished a dataset meanwhile
    first = not manifest.inputs or name == study.reference
    study.save(
        dataclasses.replace(
            manifest,
            categories=categories,
            layers=tuple(chosen),
            reference=name if reference or not manifest.reference else manifest.reference,
            datasets=manifest.datasets if name in study else (*manifest.datasets, name),
            inputs=seen.as_json() if first else manifest.inputs,
        )
    )
    return study[name]


def _check_name(name: str, taken: Sequence[str]) -> None:
    if set(name) <= {"."} or set(name) & {"/", "\\"}:
        raise BadRequest(
            f"{name!r} cannot name a dataset, since it is part of an address: leave out slashes."
        )
    for other in taken:
        if other != name and other.casefold() == name.casefold():
            raise BadRequest(
                f"{name!r} and {other!r} would be one folder on some systems; choose another name."
            )


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
        something `<score>_p` and `<score>_q`.

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
    for name in shifted:
        estimates = stored_estimates(study, name, against, described.name)
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
    pairs = [(name, layer) for name in study for layer in study.layers]
    missing = [pair for pair in pairs if not has_estimates(study, pair[0], study.reference, pair[1])]
    units = {layer: study.layer(layer).units for layer in study.layers}
    with progress("scoring", 0, sum(units[layer] for _, layer in missing), counted="units") as advance:
        for name, layer in missing:
            stored_estimates(study, name, study.reference, layer, advance=advance)


def _parts(estimate: Estimate) -> dict[str, UnitArray]:
    parts = {"": estimate.value, "low": estimate.low, "high": estimate.high, "p": estimate.p, "q": estimate.q}
    return {part: numbers for part, numbers in parts.items() if numbers is not None}


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
    workers: int = 0,
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
        run = Pass(batch_size=batch_size, workers=workers, progress=advance)
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
