"""What a recording will be: decided, and refused where it does not fit, before the first batch."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from shiftscope.category_names import checked_categories
from shiftscope.checked_text import checked_text
from shiftscope.datasets.other_preprocessing import refuse_other_preprocessing
from shiftscope.datasets.sample import Dataset
from shiftscope.datasets.shifts.shifted import unshifted
from shiftscope.errors import BadRequest, ShiftscopeError
from shiftscope.model.answer import Answer
from shiftscope.model.evaluation.evaluation import unwrap
from shiftscope.model.forward import autocast_around
from shiftscope.model.known_answers import KnownAnswers
from shiftscope.model.linear_map import LinearMap
from shiftscope.model.map_geometry import MapGeometry
from shiftscope.model.module_names import named_modules
from shiftscope.model.provenance import (
    InputRange,
    describe_model,
    refuse_other_layers,
    refuse_other_model,
    without_settings,
)
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.survey.find_answer import find_answer
from shiftscope.model.survey.layer import Layer
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.linear_map_search import find_maps
from shiftscope.model.survey.receptive_fields import map_geometries
from shiftscope.model.survey.stage_layers import stage_layers
from shiftscope.model.survey.survey import Survey
from shiftscope.model.units.tokens import prefix_tokens
from shiftscope.recording.other_answers import refuse_other_answers_in
from shiftscope.recording.output_names import output_names, refuse_other_order
from shiftscope.recording.stored_types import stored_types
from shiftscope.recording.stream import first_inputs
from shiftscope.recording.twin_search import TwinsAsked, stated_twins, twin_rows
from shiftscope.shard import Keep, Outputs, StoredAs, StoredType
from shiftscope.store.disk.atomic import read_json
from shiftscope.store.layout import by_older_rules, refuse_dataset_name, written_format
from shiftscope.store.plan import Plan, TwinOf
from shiftscope.store.stored_study import StoredStudy
from shiftscope.typed import check_choice

AUTO = "auto"  # in place of layers: the last of each stage


@dataclass(frozen=True)
class Request:
    """What is asked of a recording; as `flow.record` has it."""

    name: str
    layers: Sequence[Layer | str]  # or `AUTO`
    paths: Sequence[str]
    stored_as: StoredAs
    batch_size: int
    keep: Keep
    outputs: Outputs
    output: str | int | None
    check_range: bool
    shard_samples: int
    other_preprocessing: bool
    overwrite: bool
    twins: TwinsAsked

    def __post_init__(self) -> None:
        check_choice("outputs", self.outputs, Outputs)
        check_choice("stored_as", self.stored_as, StoredAs)


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
    map_geometries: Mapping[
        str, MapGeometry
    ]  # by layer; empty where pictures are not what the model is given
    twins: npt.NDArray[np.int32] | None  # (sample,) rows of their twins; None without twins
    told: Sequence[str] = ()  # what was decided without being asked, in sentences


@dataclass(frozen=True)
class _Findings:
    """What the survey of the model decides."""

    layers: Sequence[RecordedLayer]
    maps: Mapping[str, LinearMap]
    categories: tuple[str, ...]
    answer: Answer
    known: KnownAnswers | None


def prepare(study: StoredStudy, model: nn.Module, dataset: Dataset, asked: Request) -> Preparation:
    """Raises what `flow.record` does before its first batch; the study is only read."""
    model = unwrap(model)
    described = describe_model(model)
    refuse_other_model(study.manifest.model, described)
    refuse_dataset_name(asked.name, study.datasets)
    automatic = _automatic(model, asked.layers)
    layers = [] if automatic else _further_layers(study, asked)
    if not asked.other_preprocessing:
        _check_preprocessing(study, dataset, asked.name)
    inputs, picture = first_inputs(dataset, model)
    told = []
    if automatic and not study.manifest.layers:
        layers = [*stage_layers(model, inputs)]
        told.append(f"layers, the last of each stage: {', '.join(map(str, layers))}.")
    asked = dataclasses.replace(asked, layers=layers)
    seen = _range_of(dataset, model, inputs, study, asked)
    found = _findings(study, model, dataset, inputs, asked)
    plan = _plan(study, model, dataset, asked, found, described)
    twins = twin_rows(study, dataset, plan.twin_of) if plan.twin_of else None
    geometries = _map_geometries(study, model, inputs, picture, plan)
    return Preparation(
        plan,
        model,
        inputs,
        seen,
        found.categories,
        found.maps,
        found.answer,
        found.known,
        geometries,
        twins,
        told,
    )


def _plan(
    study: StoredStudy,
    model: nn.Module,
    dataset: Dataset,
    asked: Request,
    found: _Findings,
    described: Mapping[str, Any],
) -> Plan:
    fingerprint = dataset.fingerprint()
    stored_as, otherwise = _types(study, model, dataset, asked, found, fingerprint)
    return Plan(
        dataset=study.place_of(asked.name).recorded_as,
        samples=len(dataset),
        layers=found.layers,
        categories=len(found.categories),
        stored_as=stored_as,
        stored_otherwise=otherwise,
        keep=asked.keep,
        probabilities=found.answer.probabilities,
        fingerprint=fingerprint,
        source=_told_of_itself(dataset),
        model=without_settings(described),
        shard_samples=asked.shard_samples,
        output=None if by_older_rules(study.manifest.format) else found.answer.output,
        autocast=found.answer.autocast,
        format=written_format(study.manifest.format),
        twin_of=_twin_of(study, dataset, asked, fingerprint),
    )


def _twin_of(study: StoredStudy, dataset: Dataset, asked: Request, fingerprint: str) -> TwinOf | None:
    """A recording that is there goes on with what it says of its twins, unless something else is asked."""
    if asked.twins.by is None and not asked.overwrite:
        for plan in _begun_plans(study, asked.name):
            if plan.fingerprint == fingerprint:
                return plan.twin_of
    return stated_twins(study, dataset, asked.name, asked.twins)


def _map_geometries(
    study: StoredStudy,
    model: nn.Module,
    inputs: torch.Tensor,
    picture: tuple[int, int] | None,
    plan: Plan,
) -> Mapping[str, MapGeometry]:
    """Of the layers with maps, where the dataset's pictures are what the model is given; the reference's, if alike."""
    if by_older_rules(plan.format) or picture is None or picture != tuple(inputs.shape[2:]):
        return {}
    if study.reference in study.datasets:
        reference = study[study.reference]
        told = {layer.name: reference.map_geometry(layer.name) for layer in plan.layers}
        geometries = {name: geometry for name, geometry in told.items() if geometry}
        if geometries and all(geometry.picture == picture for geometry in geometries.values()):
            return geometries
    return map_geometries(model, inputs, plan.layers, plan.autocast)


def layers_asked(layers: Sequence[Layer | str] | None) -> Sequence[Layer | str]:
    """Empty where none are given; `BadRequest` for an empty list, in whose place others would be recorded."""
    if layers is not None and not len(layers):
        raise BadRequest("layers=[] names no layer; leave it out to record those of the study, or name some.")
    return layers or ()


def _entering(study: StoredStudy) -> list[RecordedLayer]:
    """The study's layers that are what enters a module."""
    return [layer for layer in study.manifest.layers if layer.side != "output"]


def _automatic(model: nn.Module, layers: Sequence[Layer | str] | str) -> bool:
    """Whether the layers are to be chosen: "auto", where the model has no module of that name."""
    return layers in (AUTO, [AUTO], (AUTO,)) and AUTO not in named_modules(model)


def _further_layers(study: StoredStudy, asked: Request) -> list[Layer | str]:
    """Layers asked for, but for what enters maps and is recorded anyway; `BadRequest` where there are none at all."""
    entering = {layer.name for layer in _entering(study)}
    layers = [layer for layer in asked.layers if layer not in entering]
    if not layers and not asked.paths and not study.manifest.layers:
        raise BadRequest(
            "the first dataset of a study needs layers=[...]. `shiftscope layers` lists what there is, and "
            'layers="auto" takes the last of each stage.'
        )
    return layers


def _check_preprocessing(study: StoredStudy, dataset: Dataset, name: str) -> None:
    """Raise `DataError` where a dataset's preprocessing is not the reference's."""
    if not study.reference or name == study.reference:
        return
    if by_older_rules(study.manifest.format) and (name in study.datasets or name in study.unfinished()):
        return  # begun when nobody asked
    reference = study[study.reference].plan.source
    refuse_other_preprocessing(dataset.describe(), reference, name, study.reference)


def _range_of(
    dataset: Dataset, model: nn.Module, inputs: torch.Tensor, study: StoredStudy, asked: Request
) -> InputRange:
    """Raises as `InputRange.refuse_unlike` where it is not the reference's.

    Of pictures on which a shift acts, the range before it: little contrast left is no other scaling.
    """
    before_shifts = unshifted(dataset)
    if before_shifts is not dataset:
        inputs, _ = first_inputs(before_shifts, model)
    seen, kept = InputRange.of(inputs), study.manifest.inputs
    if kept and asked.name != study.reference:
        before = InputRange.from_json(kept)
        seen.refuse_unlike(before, asked.name, study.reference, check_range=asked.check_range)
    return seen


def _findings(
    study: StoredStudy, model: nn.Module, dataset: Dataset, inputs: torch.Tensor, asked: Request
) -> _Findings:
    """One pass over the first inputs, and all that is read from it; refused where the study has it otherwise."""
    older = by_older_rules(study.manifest.format)
    autocast = "" if older else autocast_around(inputs.device)
    survey = Survey.of(model, inputs, layers=asked.layers, paths=asked.paths, autocast=autocast)
    maps = find_maps(survey)
    layers = _layers(study, survey, [entering for entering, _ in maps.values()])
    categories, answer = _answer(study, survey, dataset, asked)
    known = None if older else KnownAnswers.of(survey, answer)
    if study.manifest.answer:
        study.manifest.answer.refuse_unlike(answer)
        refuse_other_answers_in(study, model)
    return _Findings(layers, {name: linear for name, (_, linear) in maps.items()}, categories, answer, known)


def _layers(study: StoredStudy, survey: Survey, entering: Sequence[RecordedLayer]) -> Sequence[RecordedLayer]:
    """Those asked for, else the study's, and those that are `entering` maps; raises `StudyMismatch`."""
    kept = study.manifest.layers
    chosen = choose_layers(survey) or list(kept)
    chosen += [layer for layer in entering or _entering(study) if layer not in chosen]
    if by_older_rules(study.manifest.format):
        chosen = [layer if layer in kept else _as_before(layer, survey.model) for layer in chosen]
    if kept:
        refuse_other_layers(kept, chosen)
    return chosen


def _answer(
    study: StoredStudy, survey: Survey, dataset: Dataset, asked: Request
) -> tuple[tuple[str, ...], Answer]:
    """The categories, and what the answer is: what is asked for, else what the study reads, else what is found."""
    before, outputs, output = study.manifest.answer, asked.outputs, asked.output
    if before:
        outputs = before.outputs if outputs == "auto" else outputs
        output = before.output if output is None else output
    names = study.categories or checked_categories(dataset.categories or ()) or output_names(survey.model)
    categories, answer = find_answer(
        survey, names, output=output, outputs=outputs, kept=not by_older_rules(study.manifest.format)
    )
    if not study.manifest.datasets:
        refuse_other_order(categories, survey.model)
    return categories, answer


def _types(
    study: StoredStudy,
    model: nn.Module,
    dataset: Dataset,
    asked: Request,
    found: _Findings,
    fingerprint: str,
) -> tuple[StoredType, Mapping[str, StoredType]]:
    """Of the logits and most layers, and of the others by their names."""
    if asked.stored_as != "auto":
        return asked.stored_as, {}
    types = (
        _begun(study, asked.name, found.layers, fingerprint)
        or _as_the_reference(study, found.layers)
        or stored_types(
            model, dataset, found.layers, found.categories, found.answer, batch_size=asked.batch_size
        )
    )
    if by_older_rules(study.manifest.format) and "float32" in (types[0], *types[1].values()):
        return "float32", {}  # a recording has one type there
    return types


def _told_of_itself(dataset: Dataset) -> Mapping[str, Any]:
    """The dataset's description; raises `DataError` where no file can hold it."""
    described = dataset.describe()
    checked_text(json.dumps(described, ensure_ascii=False, default=str), "the description of the data")
    return described


def _begun(
    study: StoredStudy, name: str, layers: Sequence[RecordedLayer], fingerprint: str
) -> tuple[StoredType, Mapping[str, StoredType]] | None:
    """The types of a recording of the same samples that is there, also one that stopped: it goes on with them."""
    for plan in _begun_plans(study, name):
        if plan.fingerprint == fingerprint and list(plan.layers) == list(layers):
            return plan.stored_as, plan.stored_otherwise
    return None


def _begun_plans(study: StoredStudy, name: str) -> Iterator[Plan]:
    """Of the recordings that are in a dataset's place, or wait to take it, as far as they can be read."""
    place = study.place_of(name)
    for each in (place, place.replacement):
        try:
            plan = Plan.of(read_json(each.description, "a recording"))
        except (ShiftscopeError, OSError, KeyError, TypeError, ValueError, AttributeError):
            continue
        yield plan


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
