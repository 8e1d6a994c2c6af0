"""The order in which a dataset's images come, and what stands under each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest
from shiftscope.outcomes.outcomes import Positions, right_and_wrong
from shiftscope.outcomes.sample_numbers import sample_numbers
from shiftscope.percent import percent
from shiftscope.store.formats.samples import Samples
from shiftscope.store.stored_recording import Recording
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.number_text import number

Sort = Literal["wrong", "order", "confident", "unsure", "energy", "loss", "response"]
NAMES: dict[Sort, str] = {
    "wrong": "the most confident errors first",
    "order": "in the order of the dataset",
    "confident": "the most confident first",
    "unsure": "the least confident first",
    "energy": "the highest energy first",
    "loss": "the largest loss first",
    "response": "the strongest response first",
}


@dataclass(frozen=True)
class UnitAt:
    """A unit that an address names."""

    layer: str
    index: int

    @property
    def text(self) -> str:
        return f"{self.layer}:{self.index}"


def unit_at(selection: Selection, text: str) -> UnitAt:
    """LAYER:INDEX, or an index in the layer in force.

    Raises
    ------
    BadRequest
        It is neither.
    NotInStudy
        There is no such layer or unit.
    """
    layer, _, index = text.strip().rpartition(":")
    if not (index.strip().isdecimal() and index.isascii() and len(index) < 10):
        raise BadRequest(f"{text[:80]!r} is no unit; write its layer and number, as in {selection.layer}:3.")
    found = selection.study.layer(layer.strip() or selection.layer)
    found.check(int(index))
    return UnitAt(found.name, int(index))


def in_order(
    selection: Selection, recording: Recording, positions: Positions, sort: Sort, unit: UnitAt | None
) -> tuple[Positions, Callable[[int], str]]:
    """The positions in an order, those without a number last, and what stands under each.

    Raises
    ------
    NotInStudy
        The order needs responses, and the dataset was recorded without.
    """
    if sort == "order":
        return positions, lambda position: ""
    if sort == "wrong":
        return _errors_first(selection, recording.samples, positions)
    values, write = _values(recording, sort, unit)
    keys = values[positions] if sort == "unsure" else -values[positions]
    return positions[np.argsort(keys, kind="stable")], lambda position: write(float(values[position]))


def _errors_first(
    selection: Selection, samples: Samples, positions: Positions
) -> tuple[Positions, Callable[[int], str]]:
    """Errors by falling confidence, with the prediction under each; the others behind, in the order of the dataset."""
    _, wrong = right_and_wrong(samples)
    keys = np.where(wrong, -samples.confidences, np.inf)[positions]

    def caption(position: int) -> str:
        return category_name(selection.study, int(samples.predictions[position])) if wrong[position] else ""

    return positions[np.argsort(keys, kind="stable")], caption


def _values(
    recording: Recording, sort: Sort, unit: UnitAt | None
) -> tuple[npt.NDArray[np.floating[Any]], Callable[[float], str]]:
    if sort == "loss":
        return sample_numbers(recording).loss, number
    if sort == "energy":
        return sample_numbers(recording).energy, number
    if sort == "response":
        if unit is None:
            raise BadRequest("images are sorted by the response of a unit: say which, as in unit=hidden:3.")
        recording.require_responses()
        return recording.unit_responses(unit.layer, unit.index).astype(np.float64), number
    return recording.samples.confidences, percent
