"""The unit and the samples that a verb about one unit is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from shiftscope.errors import BadRequest, NotInStudy, closest
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.top_samples import TopSamples
from shiftscope.typed import as_whole_number

if TYPE_CHECKING:
    from shiftscope.model.target import Target

STRONGEST = 12  # samples that "top" stands for


def asked_unit(
    study: StoredStudy, layer: str | Target | None, unit: int | str | None
) -> tuple[str, int, str | None]:
    """Layer, `LOGITS` for the answer's; unit; and pooling other than the recorded one.

    Raises
    ------
    NotInStudy, BadRequest
        No such layer, unit or category, or a target that is none of these.
    """
    from shiftscope.model.target import Channel, Feature, Logit, Neuron, as_target

    if layer is None:
        if unit is None:
            raise BadRequest("name a layer and a unit, or a category alone for its logit.")
        return LOGITS, asked_category(study, unit), None
    if unit is not None:
        if not isinstance(layer, str):
            raise BadRequest(f"{layer} is a target already; leave out unit={unit!r}.")
        described = study.layer(layer)
        return described.name, described.check(asked_number(unit)), None
    target = as_target(layer)
    if isinstance(target, Logit):
        return LOGITS, study.check_category(target.category), None
    if not isinstance(target, (Neuron, Channel, Feature)):
        raise BadRequest(
            f"a study keeps results of units and logits; {target} is neither: ss.attribute gives its maps, "
            "ss.visualise its picture."
        )
    described = study.layer(target.layer)
    pool = target.pool if isinstance(target, Neuron) else None
    if isinstance(target, Channel) and described.kind != "neuron":
        pool = "mean"
    return described.name, described.check(target.unit), None if pool == described.pool else pool


def asked_number(unit: int | str) -> int:
    """Raises `BadRequest` for what is no number of a unit."""
    number = (
        int(unit) if isinstance(unit, str) and unit.isascii() and unit.isdecimal() else as_whole_number(unit)
    )
    if number is None:
        raise BadRequest(f"unit {unit!r}; give its number.")
    return number


def asked_category(study: StoredStudy, category: int | str) -> int:
    """By number or name; raises `NotInStudy` for one that is not there."""
    if isinstance(category, str) and category in study.categories:
        return study.categories.index(category)
    if isinstance(category, str) and not category.isdecimal():
        raise NotInStudy(f"no category {category!r}; closest: {closest(category, study.categories)}.")
    return study.check_category(asked_number(category))


def asked_positions(
    recording: Recording, layer: str, unit: int, samples: str | int | Sequence[int | str]
) -> list[int]:
    """Of "top", so many of the strongest, or of positions and ids in their order, each once.

    Raises
    ------
    NotInStudy, BadRequest
        No such sample, or none at all.
    """
    count = STRONGEST if isinstance(samples, str) and samples == "top" else as_whole_number(samples)
    if count is not None:
        if count < 1:
            raise BadRequest(f"samples={count}; at least one.")
        found = _strongest(recording, layer, unit, count)
    elif isinstance(samples, (str, int)):
        raise BadRequest(f'samples={samples!r}; give "top", a number, or a list of positions or ids.')
    else:
        by_id: dict[str, int] = {}
        if any(isinstance(each, str) for each in samples):
            ids = recording.samples.column("id").to_pylist()
            by_id = {name: place for place, name in reversed(list(enumerate(ids)))}
        found = []
        for each in samples:
            if isinstance(each, str):
                if each not in by_id:
                    raise NotInStudy(
                        f"no sample {each!r} in {recording.name!r}; closest: {closest(each, list(by_id))}."
                    )
                found.append(by_id[each])
            else:
                number = as_whole_number(each)
                if number is None:
                    raise BadRequest(f"sample {each!r}; give its position or its id.")
                found.append(recording.samples.check(number))
    if not found:
        raise BadRequest(f"no samples of {recording.name!r} to attribute to.")
    return list(dict.fromkeys(found))


def _strongest(recording: Recording, layer: str, unit: int, count: int) -> list[int]:
    """Positions of the samples that the unit responds to most, strongest first."""
    if layer == LOGITS:
        logits = recording.logits_of()[:, unit]
        order = np.argsort(-logits, kind="stable")
        return [int(place) for place in order[:count] if np.isfinite(logits[place])]
    top = recording.summary(layer, TopSamples).position[:, unit]
    return [int(place) for place in top[:count] if place >= 0]
