"""A layer computed from a recorded one, for every dataset of the study."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shiftscope.engine.choose import chosen
from shiftscope.engine.engine import Engine
from shiftscope.errors import BadRequest, NotInStudy, StudyMismatch
from shiftscope.flow.residual import (
    RESIDUAL_SIZE,
    Residuals,
    asked_residuals,
    fitted_on_residuals,
    residual_name,
    residual_settings,
)
from shiftscope.percent import percent
from shiftscope.progress import Progress, bar, silent, tell
from shiftscope.store.begun_fits import BegunFits
from shiftscope.store.derived_layer import DerivedLayer, write_derived, write_learned
from shiftscope.store.disk.locks import BETWEEN, held
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.layout import folder_name
from shiftscope.store.manifest import Manifest
from shiftscope.store.stored_study import StoredStudy
from shiftscope.typed import as_whole_number

if TYPE_CHECKING:
    import numpy.typing as npt
    from distributed import Client
    from torch import nn

    from shiftscope.datasets.sample import Dataset
    from shiftscope.derived.derivation import Derivation, Rows
    from shiftscope.derived.encoding import Encoding
    from shiftscope.derived.positions import PositionsEncoding
    from shiftscope.derived.several_fits import SeveralFits
    from shiftscope.model.recorded_layer import RecordedLayer
    from shiftscope.recording.live_study import LiveStudy
    from shiftscope.recording.stream import PassOptions
    from shiftscope.store.places import RecordingPlace
    from shiftscope.store.plan import Plan
    from shiftscope.store.stored_recording import Recording


def derive(
    study: StoredStudy,
    layer: str,
    kind: str,
    *,
    size: int | None = None,
    name: str | None = None,
    seed: int = 0,
    seeds: int = 3,
    residual_of: str | None = None,
    dataset: str | None = None,
    positions: bool = False,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    batch_size: int = 64,
    live: LiveStudy | None = None,
    engine: Engine | Client | None = None,
    overwrite: bool = False,
    progress: bool | Progress = True,
    **settings: Any,
) -> RecordedLayer:
    """Fit a derived layer on the reference, and compute its codes of every dataset; goes on where it stopped.

    It is fitted on at most 20,000 samples of one half of the reference, chosen by digests of their ids, and is then a
    layer like any other, of all pages, scores and exports. Datasets that are recorded later get their codes then. How
    well it tells both halves, and which of its features further fits find, is in `study.derived[name].fit_report`.

    Parameters
    ----------
    layer
        A recorded layer, whose stored responses are read; the model is not needed.
    kind
        "kmeans", "pca", "nmf", "seminmf", "topk" or "batchtopk".
    size
        Number of features. Where not given a third of the units, from 8 to 256; of "topk" and "batchtopk" twice as
        many as units, or as many where that leaves fewer than a hundred samples for each; of "pca" the directions with
        90 % of the variance.
    name
        Of the derived layer; "LAYER~KINDSIZE" where not given, as "hidden~pca8".
    seeds
        Number of fits. The first, on all rows, is the layer; the others, begun elsewhere and each on its own random
        half of the rows, say which of its features are found again. Of a layer that is there it changes nothing.
    residual_of, dataset
        A layer derived from `layer`, and a shifted dataset: the new dictionary is of what the other one leaves of this
        set, fitted on one half of it and reported on the other, and is called "RESIDUAL_OF~residual~DATASET".
    positions
        Fit on the positions of a map or on patch tokens, at most 20,000 and of each sample as many, and pool the codes
        of the positions as the layer is pooled. The model is needed, and shown all data anew; where no name is given
        it is "LAYER~KINDSIZE~positions".
    model, data, batch_size
        For `positions`: as for `live`, and how many samples go through the model at once.
    live
        The study with both at hand, in place of `model` and `data`.
    engine
        Where the shards are computed; as for `record`.
    overwrite
        Replace a derived layer of this name that was made otherwise.
    **settings
        Further parameters of the kind.

    Raises
    ------
    NotInStudy
        No such layer, nothing recorded, or a dataset whose responses were not kept.
    BadRequest
        A study opened to be read only, no such kind or setting, a size that does not fit, responses that the kind does
        not take, or a layer that is derived itself.
    StudyMismatch
        A layer of this name was made otherwise, and not `overwrite`.
    StudyBusy, StudyNotWritable
        As `record`.
    """
    from shiftscope.derived.derivation import derivations, made
    from shiftscope.derived.realigned import REALIGNED
    from shiftscope.progress import shown
    from shiftscope.recording.stream import PassOptions

    study.refuse_read_only("derived in")
    if layer in study.derived:
        raise BadRequest(
            f"{layer!r} is a derived layer itself. Derive from {study.derived[layer].behind!r}, which was recorded."
        )
    if layer not in study.recorded_layers:
        study.layer(layer)
        raise NotInStudy(f"no layer {layer!r} was recorded.")
    derivations[kind]
    if kind == REALIGNED:
        raise BadRequest("a realigned layer is made of a dictionary and a shifted set: study.realign(...).")
    residuals = asked_residuals(study, layer, residual_of, dataset)
    for recording in study.values():
        recording.require_responses()
    at_hand = None
    if positions:
        if residuals:
            raise BadRequest(
                "residuals are told of responses as they are: leave out positions or residual_of."
            )
        at_hand = _at_hand(study, layer, model, data, live)
    if size is None:
        size = RESIDUAL_SIZE if residuals else _default_size(study, layer, kind)
    if name is None:
        name = residual_name(study, residuals) if residuals else f"{layer}~{kind}{size}"
        name += "~positions" if positions else ""
    if not isinstance(name, str):
        raise BadRequest(f"name={name!r}; the name of a layer is text.")
    folder_name(name)
    if name in study.recorded_layers:
        raise BadRequest(f"{name!r} is a recorded layer; give the derived one another name.")
    told = _checked(kind, size=size, seed=seed, **settings)
    if as_whole_number(seeds) is None or seeds < 1:
        raise BadRequest(f"seeds={seeds!r}; it is a whole number, at least 1.")
    made(kind, told)
    if residuals:
        told = residual_settings(study, residuals, kind, told)
        kind = "residual"
    if overwrite and chosen(engine).rank is not None:
        raise BadRequest("processes that derive together cannot replace a layer: give it another name.")
    with write_errors(study.path):
        with held(study.path, f"{folder_name(name)}{BETWEEN}derive"):
            study.reread()  # another process may just have made it
            derived = _described(
                study,
                layer,
                kind,
                name,
                told,
                residuals,
                at_hand,
                PassOptions(batch_size=batch_size),
                seeds=seeds,
                overwrite=overwrite,
                progress=shown(progress),
            )
        for each in study:
            shows = Shows(at_hand.model, at_hand.dataset(each), batch_size) if at_hand else None
            encode(study, derived, each, shows=shows, engine=engine, progress=shown(progress))
    study.forget()
    return study.layer(name)


@dataclass(frozen=True)
class Shows:
    """What a layer's positions are read from."""

    model: nn.Module
    dataset: Dataset
    batch_size: int


def _at_hand(
    study: StoredStudy,
    layer: str,
    model: nn.Module | None,
    data: Mapping[str, Any] | None,
    live: LiveStudy | None,
) -> LiveStudy:
    """The study with its model and all of its data.

    Raises
    ------
    LayerError
        A layer without positions.
    DataError, StudyMismatch
        Data that are not at hand, or not those that were recorded.
    """
    from shiftscope.derived.positions import refuse_without_positions
    from shiftscope.flow.opened import opened
    from shiftscope.recording.live_study import LiveStudy

    refuse_without_positions(study.layer(layer))
    live = live or opened(study, model, data, LiveStudy)
    live.refuse_changed_model()
    for name in study:
        live.dataset(name)
    return live


def _default_size(study: StoredStudy, layer: str, kind: str) -> int:
    from shiftscope.derived.fitting import positions_to_fit, rows_to_fit
    from shiftscope.derived.tools.default_size import default_size

    reference = study[study.reference]
    return default_size(kind, rows_to_fit(reference, layer, positions_to_fit(reference)))


def _checked(kind: str, **settings: Any) -> dict[str, Any]:
    """The parameters as JSON has them; raises `BadRequest` for what it cannot hold."""
    for name in ("size", "seed"):
        number = as_whole_number(settings[name])
        if number is None:
            raise BadRequest(f"{name}={settings[name]!r}; it is a whole number.")
        settings[name] = number
    try:
        json.dumps(settings)
    except (TypeError, ValueError) as error:
        raise BadRequest(f"settings of {kind} that a study cannot store: {error}.") from error
    return settings


def encode(
    study: StoredStudy,
    derived: DerivedLayer,
    dataset: str,
    *,
    shows: Shows | None = None,
    engine: Engine | Client | None = None,
    progress: Progress = silent,
) -> None:
    """Compute what is missing of a dataset's codes of a derived layer.

    Parameters
    ----------
    shows
        The model and the data of this dataset, of which codes of positions are made.

    Raises
    ------
    BadRequest
        They are needed, and not here.
    StudyBusy
        Another process records the dataset, or computes codes of it.
    """
    from shiftscope.derived.derivation import made_again
    from shiftscope.derived.encoding import Encoding
    from shiftscope.store.plan import Plan
    from shiftscope.store.writing.writer import RecordingWriter

    behind, engine = study[dataset], chosen(engine)
    if derived.name in behind.derived:
        return
    if derived.positions and shows is None:
        raise BadRequest(
            f"codes of {derived.name!r} are made of positions: derive it again with positions, model and data."
        )
    fitted = made_again(derived.kind, derived.settings, study.learned(derived.name))
    plan = Plan(
        dataset=behind.place.recorded_as,
        samples=behind.plan.samples,
        layers=[derived.layer],
        categories=behind.plan.categories,
        stored_as="float32",
        keep="responses",
        probabilities=False,
        fingerprint=derived.fingerprint(behind.digest),
        source={"layer": derived.behind},
        model={},
        shard_samples=behind.plan.shard_samples,
        format=behind.plan.format,
    )
    place = behind.place.of_derived(derived.name)
    with place.lock(engine.rank):
        with place.files_lock():
            writer = RecordingWriter(place, plan, overwrite=True)
        work: Encoding | PositionsEncoding = Encoding(place, plan, derived.behind, fitted)
        if shows is not None and derived.positions:
            work = _of_positions(study, derived, behind, place, plan, fitted, shows)
        done = plan.samples - sum(map(work.samples_in, writer.unfinished()))
        with progress(f"{derived.name} of {dataset}", done, plan.samples) as advance:
            if not writer.complete:
                engine.run(work, advance)
        if engine.rank is None:
            place.sweep()
        with place.files_lock():
            RecordingWriter(place, plan).seal(study.categories)


def _of_positions(
    study: StoredStudy,
    derived: DerivedLayer,
    behind: Recording,
    place: RecordingPlace,
    plan: Plan,
    fitted: Derivation,
    shows: Shows,
) -> PositionsEncoding:
    from shiftscope.derived.positions import PositionsEncoding
    from shiftscope.model.evaluation.evaluation import unwrap
    from shiftscope.recording.stream import PassOptions

    return PositionsEncoding(
        place,
        plan,
        study.recorded_layers[derived.behind],
        fitted,
        unwrap(shows.model),
        shows.dataset,
        study.categories,
        behind.plan.answer,
        PassOptions(batch_size=shows.batch_size),
    )


def _described(
    study: StoredStudy,
    layer: str,
    kind: str,
    name: str,
    settings: dict[str, Any],
    residuals: Residuals | None,
    live: LiveStudy | None,
    options: PassOptions,
    *,
    seeds: int,
    overwrite: bool,
    progress: Progress,
) -> DerivedLayer:
    """The derived layer of this name, fitted now unless it was before, and listed in the manifest."""
    from importlib.metadata import version

    from shiftscope.derived.derivation import learned
    from shiftscope.derived.fitting import SPLIT
    from shiftscope.store.derived_layer import folder_of
    from shiftscope.store.disk.atomic import remove_folder

    versions = {package: version(package) for package in ("shiftscope", "scikit-learn", "numpy", "torch")}
    source = study[residuals.dataset if residuals else study.reference]
    before = study.derived.get(name)
    if before is not None:
        asked = (layer, kind, settings, live is not None)
        same = (before.behind, before.kind, dict(before.settings), before.positions) == asked
        if same and before.recording == source.digest and not overwrite:
            return before
        if not overwrite:
            what = f"of another recording of {source.name!r}" if same else "otherwise"
            raise StudyMismatch(
                f"a derived layer {name!r} was made {what}: {before.kind} of {before.behind!r} with "
                f"{dict(before.settings)}. Choose another name, or replace it on purpose with overwrite=True."
            )
    decided = {
        "layer": layer,
        "kind": kind,
        "settings": settings,
        "data": source.digest,
        "positions": bool(live),
    }
    kept = BegunFits(study.place, name, {**decided, "seeds": seeds, "versions": versions})
    if residuals:
        found, rows = fitted_on_residuals(study, residuals, name, settings, seeds, progress, kept)
    else:
        found, rows = _fitted(study, layer, kind, name, settings, seeds, progress, live, options, kept)
    remove_folder(folder_of(study.place, name))
    arrays = {**learned(found.fitted), **found.arrays}
    derived = DerivedLayer(
        name=name,
        behind=layer,
        kind=kind,
        units=len(arrays["components_"]),
        settings=settings,
        fitted_on=source.place.recorded_as,
        rows=rows,
        split=SPLIT,
        recording=source.digest,
        sha256=write_learned(study.place, name, arrays),
        positions=live is not None,
        versions=versions,
        fit_report=_without_nan(found.report),
    )
    write_derived(study.place, derived)

    def listed(manifest: Manifest) -> Manifest:
        others = tuple(other for other in manifest.derived if other != name)
        return dataclasses.replace(manifest, derived=(*others, name))

    study.update(listed)
    kept.remove()
    return derived


def _fitted(
    study: StoredStudy,
    layer: str,
    kind: str,
    name: str,
    settings: dict[str, Any],
    seeds: int,
    progress: Progress,
    live: LiveStudy | None,
    options: PassOptions,
    kept: BegunFits,
) -> tuple[SeveralFits, int]:
    """What is fitted on the reference's fit half, and on how many samples.

    Parameters
    ----------
    live
        The study with its model and data, for rows at the positions of the layer.

    Raises
    ------
    BadRequest
        The responses cannot be fitted like this.
    """
    from sklearn.utils import get_tags

    from shiftscope.derived.derivation import made
    from shiftscope.derived.fitting import positions_to_fit, rows_to_fit
    from shiftscope.derived.several_fits import several_fits, steps_of
    from shiftscope.derived.tools.costs import costs, refuse_sizes

    reference = study[study.reference]
    samples = sum(recording.plan.samples for recording in study.values())
    refuse_sizes(layer, study.layer(layer).units, settings["size"], samples)
    fitted_on, rest = (positions_to_fit(reference, held_out=which) for which in (False, True))
    if live:
        rows, held_out = (
            _rows_at_positions(live, layer, each, name, options, progress) for each in (fitted_on, rest)
        )
    else:
        rows, held_out = (rows_to_fit(reference, layer, each) for each in (fitted_on, rest))
    negative = (rows < 0).mean() if len(rows) else 0
    if negative and get_tags(made(kind, settings)).input_tags.positive_only:
        raise BadRequest(
            f"{layer!r} has negative responses ({percent(negative)} of them); {kind.upper()} needs none. "
            'Try kind="seminmf" or kind="topk", or record with rectify.'
        )
    try:
        if progress is bar:
            tell(name, costs(kind, settings, rows, seeds=seeds, samples=samples))
        total = steps_of(kind, settings, len(rows), seeds)
        counted = "fits" if total == seeds else "steps"
        with progress(f"{name}, {seeds} fits", 0, total, counted=counted) as advance:
            found = several_fits(kind, settings, rows, held_out, seeds=seeds, advance=advance, kept=kept)
    except ValueError as error:
        raise BadRequest(f"{kind} cannot be fitted on {layer!r}: {error}") from error
    return found, len(fitted_on)


def _rows_at_positions(
    live: LiveStudy,
    layer: str,
    samples: npt.NDArray[np.intp],
    name: str,
    options: PassOptions,
    progress: Progress,
) -> Rows:
    from shiftscope.derived.positions import rows_at_positions

    study = live.study
    if not len(samples):
        return np.empty((0, study.layer(layer).units), np.float32)
    with progress(f"positions for {name}", 0, len(samples)) as advance:
        return rows_at_positions(
            live.model,
            live.dataset(study.reference),
            study.layer(layer),
            samples,
            answer=live.answer,
            categories=study.categories,
            options=dataclasses.replace(options, progress=advance),
        )


def _without_nan(told: Any) -> Any:
    """As JSON has it, where a number that there is none of is null."""
    if isinstance(told, dict):
        return {name: _without_nan(each) for name, each in told.items()}
    return None if isinstance(told, float) and told != told else told
