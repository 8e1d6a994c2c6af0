"""What a recording will be: decided, and refused where it does not fit, before the first batch."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from shiftscope.category_names import checked_categories
from shiftscope.checked_text import checked_text
from shiftscope.datasets.other_preprocessing import refuse_other_preprocessing
from shiftscope.datasets.sample import Dataset
from shiftscope.errors import BadRequest, ShiftscopeError
from shiftscope.model.answer import Answer
from shiftscope.model.beside_weights import beside_weights
from shiftscope.model.evaluation import unwrap
from shiftscope.model.find_answer import find_answer
from shiftscope.model.forward import autocast_around
from shiftscope.model.known_answers import KnownAnswers, answers_of
from shiftscope.model.layer_choice import Layer, choose_layers
from shiftscope.model.linear_map import LinearMap
from shiftscope.model.linear_map_search import find_maps
from shiftscope.model.provenance import (
    InputRange,
    describe_model,
    refuse_other_layers,
    refuse_other_model,
    without_settings,
)
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.units.tokens import prefix_tokens
from shiftscope.recording.other_answers import refuse_other_answers_in
from shiftscope.recording.output_names import output_names, refuse_other_order
from shiftscope.recording.stored_types import stored_types
from shiftscope.recording.stream import first_inputs
from shiftscope.shard import Keep, Outputs, StoredAs, StoredType
from shiftscope.store.disk.atomic import read_json
from shiftscope.store.layout import written_format
from shiftscope.store.plan import Plan
from shiftscope.store.stored_study import StoredStudy
from shiftscope.typed import check_choice

KEEPS_ANSWERS = 3  # the first format that does


@dataclass(frozen=True)
class Preparation:
    """A recording that may begin."""

    plan: Plan
    model: nn.Module  # without wrappers
    inputs: torch.Tensor  # the first ones, on the model's device
    seen: InputRange
    categories: tuple[str, ...]
    maps: Mapping[str, LinearMap]  # those whose paths are to be counted
    answer: Answer
    known: KnownAnswers | None  # None in formats that keep none


def prepare(
    study: StoredStudy,
    model: nn.Module,
    dataset: Dataset,
    name: str,
    *,
    layers: Sequence[Layer | str] | None,
    paths: Sequence[str],
    stored_as: StoredAs,
    batch_size: int,
    keep: Keep,
    outputs: Outputs,
    output: str | int | None,
    check_range: bool,
    shard_samples: int,
    other_preprocessing: bool,
) -> Preparation:
    """Raises what `flow.record` does before its first batch; the study is only read."""
    check_choice("outputs", outputs, Outputs)
    check_choice("stored_as", stored_as, StoredAs)
    model, manifest = unwrap(model), study.manifest
    paths = [paths] if isinstance(paths, str) else paths
    entered = {layer.name for layer in manifest.layers if layer.side != "output"}
    layers = [layer for layer in layers or () if layer not in entered]  # they are recorded again anyway
    study_format = written_format(manifest.format)
    described = describe_model(model)
    refuse_other_model(manifest.model, described)
    _check_name(name, study.datasets)
    if not layers and not paths and not manifest.layers:
        raise BadRequest(
            "the first dataset of a study needs layers=[...]. `shiftscope layers` lists what there is."
        )
    if not other_preprocessing:
        _check_preprocessing(study, dataset, name)
    beside = beside_weights(model)
    inputs = first_inputs(dataset, model)
    seen = InputRange.of(inputs)
    if manifest.inputs and name != study.reference:
        seen.refuse_unlike(
            InputRange.from_json(manifest.inputs), name, study.reference, check_range=check_range
        )
    autocast = autocast_around(inputs.device) if study_format >= KEEPS_ANSWERS else ""
    if before := manifest.answer:
        outputs = before.outputs if outputs == "auto" else outputs
        output = before.output if output is None else output
    maps = find_maps(model, paths, inputs) if paths else {}
    chosen = choose_layers(model, layers, inputs) if layers else list(manifest.layers)
    entering = [layer for layer, _ in maps.values()] or [
        layer for layer in manifest.layers if layer.side != "output"
    ]
    chosen += [layer for layer in entering if layer not in chosen]
    if study_format < KEEPS_ANSWERS:
        chosen = [layer if layer in manifest.layers else _as_before(layer, model) for layer in chosen]
    if manifest.layers:
        refuse_other_layers(manifest.layers, chosen)
    categories, answer, logits = find_answer(
        model,
        inputs,
        study.categories or checked_categories(dataset.categories or ()) or output_names(model),
        output=output,
        outputs=outputs,
        autocast=autocast,
        kept=study_format >= KEEPS_ANSWERS,
    )
    if not manifest.datasets:
        refuse_other_order(categories, model)
    known = None
    if study_format >= KEEPS_ANSWERS:
        after = beside_weights(model)  # what a pass changes is a cache
        beside = {name: told for name, told in beside.items() if after.get(name) == told}
        known = KnownAnswers(inputs.cpu(), answers_of(model, logits, beside, autocast))
    if before:
        before.refuse_unlike(answer)
        refuse_other_answers_in(study, model)
    fingerprint = dataset.fingerprint()
    otherwise: Mapping[str, StoredType] = {}
    if stored_as == "auto":
        stored_as, otherwise = (
            _begun(study, name, chosen, fingerprint)
            or _as_the_reference(study, chosen)
            or stored_types(
                model, dataset, chosen, categories, answer, autocast=autocast, batch_size=batch_size
            )
        )
        if study_format < KEEPS_ANSWERS and "float32" in (stored_as, *otherwise.values()):
            stored_as, otherwise = "float32", {}  # a recording has one type there
    plan = Plan(
        dataset=name,
        samples=len(dataset),
        layers=chosen,
        categories=len(categories),
        stored_as=stored_as,
        stored_otherwise=otherwise,
        keep=keep,
        probabilities=answer.probabilities,
        fingerprint=fingerprint,
        source=_told_of_itself(dataset),
        model=without_settings(described),
        shard_samples=shard_samples,
        output=answer.output if study_format >= KEEPS_ANSWERS else None,
        autocast=autocast,
        format=study_format,
    )
    linear_maps = {name: linear for name, (_, linear) in maps.items()}
    return Preparation(plan, model, inputs, seen, categories, linear_maps, answer, known)


def _check_preprocessing(study: StoredStudy, dataset: Dataset, name: str) -> None:
    """Raise `DataError` where a dataset's preprocessing is not the reference's."""
    if not study.reference or name == study.reference:
        return
    if study.manifest.format < 3 and (name in study.datasets or name in study.unfinished()):
        return  # begun when nobody asked
    reference = study[study.reference].plan.source
    refuse_other_preprocessing(dataset.describe(), reference, name, study.reference)


def _told_of_itself(dataset: Dataset) -> Mapping[str, Any]:
    """The dataset's description; raises `DataError` where no file can hold it."""
    described = dataset.describe()
    checked_text(json.dumps(described, ensure_ascii=False, default=str), "the description of the data")
    return described


def _begun(
    study: StoredStudy, name: str, layers: Sequence[RecordedLayer], fingerprint: str
) -> tuple[StoredType, Mapping[str, StoredType]] | None:
    """The types of a recording of the same samples that is there, also one that stopped: it goes on with them."""
    place = study.place_of(name)
    for each in (place, place.replacement):
        try:
            plan = Plan.of(read_json(each.description, "a recording"))
        except (ShiftscopeError, OSError, KeyError, TypeError, ValueError, AttributeError):
            continue
        if plan.fingerprint == fingerprint and list(plan.layers) == list(layers):
            return plan.stored_as, plan.stored_otherwise
    return None


def _as_the_reference(
    study: StoredStudy, layers: Sequence[RecordedLayer]
) -> tuple[StoredType, Mapping[str, StoredType]] | None:
    """The reference's own types where there is one, so that what is compared was rounded alike."""
    if study.reference not in study.datasets:
        return None
    plan = study[study.reference].plan
    types = {layer.name: plan.stored_type(layer.name) for layer in layers}
    return plan.stored_as, {name: kind for name, kind in types.items() if kind != plan.stored_as}


def _as_before(layer: RecordedLayer, model: nn.Module) -> RecordedLayer:
    """The layer as formats 1 and 2 wrote it: an axis of tokens, and tokens of other kinds, that nothing read."""
    if layer.kind == "token dimension":
        return dataclasses.replace(layer, channel_axis=1)
    return dataclasses.replace(layer, prefix_tokens=prefix_tokens(model))


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
