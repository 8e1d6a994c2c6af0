"""Samples on which a unit is in use: of each set, those above the top decile of its reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.differences.difference_direction import FEWEST, FEWEST_HELD_OUT
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.statistics.split import fit_half
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_study import StoredStudy

Responses = npt.NDArray[np.floating[Any]]  # (sample, unit)
DECILE = 90.0  # percentile of the unit's responses on the reference above which it is in use


@dataclass(frozen=True)
class InUse:
    """Positions in a set, of the half that is fitted on and of the other."""

    dataset: str
    fit: list[int]
    held_out: list[int]

    @property
    def lacking(self) -> str:
        """Why nothing is fitted on them; empty where they are enough."""
        for found, needed, which in (
            (self.fit, FEWEST, "to fit on"),
            (self.held_out, FEWEST_HELD_OUT, "held out"),
        ):
            if len(found) < needed:
                return (
                    f"in its top decile on {len(found)} samples of {self.dataset} {which}; {needed} are needed: "
                    "another set, or a larger one, may have them"
                )
        return ""


def in_use(study: StoredStudy, layer: str, unit: int, dataset: str) -> tuple[InUse, InUse]:
    """Under the shift and on the reference; raises `NotInStudy` where single responses are not kept."""
    bar = np.nanpercentile(responses_to(study, study.reference, layer, unit), DECILE)
    shifted, reference = (_above(study, layer, unit, name, bar) for name in (dataset, study.reference))
    return shifted, reference


def enough(study: StoredStudy, layer: str, unit: int, dataset: str) -> bool:
    """Whether both halves of both sets have as many strong samples as are needed."""
    return not any(side.lacking for side in in_use(study, layer, unit, dataset))


def responses_in_use(
    study: StoredStudy, layer: str, unit: int, dataset: str, at: str
) -> tuple[tuple[Responses, Responses], tuple[Responses, Responses]]:
    """(sample, unit) of the layer before, in use under the shift and on the reference, to fit on and held out.

    Raises
    ------
    BadRequest
        Too few samples a side.
    NotInStudy
        No such layer, or its single responses are not kept.
    """
    both = in_use(study, layer, unit, dataset)
    for side in both:
        if side.lacking:
            raise BadRequest(f"{layer}:{unit} is {side.lacking}.")
    shifted, reference = both
    fit = _read(study, at, shifted, shifted.fit), _read(study, at, reference, reference.fit)
    return fit, (_read(study, at, shifted, shifted.held_out), _read(study, at, reference, reference.held_out))


def layers_before(study: StoredStudy, layer: str) -> list[str]:
    """Recorded layers that a direction can be one of, in the order of the study up to the unit's own, the nearest
    last."""
    recorded = study.recorded_layers
    if layer == LOGITS:
        before = list(recorded)
    elif behind := study.layer(layer).behind:
        before = [*_until(recorded, behind), behind]
    else:
        before = _until(recorded, layer)
    return [name for name in before if summable(recorded[name])]


def summable(layer: RecordedLayer) -> bool:
    """Whether its responses are those of the model's output, or sums over places of them."""
    return layer.side == "output" and layer.pooled_linearly


def responses_to(study: StoredStudy, dataset: str, layer: str, unit: int) -> npt.NDArray[np.float64]:
    """(sample,) of the whole set; `NotInStudy` where single ones are not kept."""
    recording = study[dataset]
    if layer == LOGITS:
        return np.asarray(recording.logits_of()[:, unit], np.float64)
    recording.holding(layer).require_responses()
    return np.asarray(recording.unit_responses(layer, unit), np.float64)


def _above(study: StoredStudy, layer: str, unit: int, dataset: str, bar: float) -> InUse:
    strong = np.flatnonzero(responses_to(study, dataset, layer, unit) > bar)
    ids = study[dataset].samples.column("id")
    half = fit_half([ids[position].as_py() for position in strong.tolist()])  # `take` would load pandas
    return InUse(dataset, strong[half].tolist(), strong[~half].tolist())


def _read(study: StoredStudy, at: str, side: InUse, positions: list[int]) -> Responses:
    return np.asarray(study[side.dataset].responses_at(at, positions))


def _until(layers: dict[str, Any], name: str) -> list[str]:
    names = list(layers)
    return names[: names.index(name)]
