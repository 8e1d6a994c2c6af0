"""A layer computed from a recorded one, for every dataset of the study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shiftscope.derived.encode import PositionSource, encode
from shiftscope.engine.choose import chosen
from shiftscope.engine.engine import Engine
from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.flow.steps.fitted_layer import fitted_layer
from shiftscope.flow.steps.residual import RESIDUAL_SIZE, asked_residuals, residual_name, residual_settings
from shiftscope.progress import Progress
from shiftscope.store.disk.locks import BETWEEN, held
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.layout import folder_name
from shiftscope.store.stored_study import StoredStudy
from shiftscope.typed import as_whole_number

if TYPE_CHECKING:
    from distributed import Client
    from torch import nn

    from shiftscope.model.recorded_layer import RecordedLayer
    from shiftscope.recording.live_study import LiveStudy


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
            derived = fitted_layer(
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
            source = PositionSource(at_hand.model, at_hand.dataset(each), batch_size) if at_hand else None
            encode(study, derived, each, positions_from=source, engine=engine, progress=shown(progress))
    study.forget()
    return study.layer(name)


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
    from shiftscope.flow.steps.opened import opened
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
