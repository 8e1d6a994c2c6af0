"""What every summary promises, and the run of responses it is made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import SampleUnitArray
from shiftscope.errors import StudyDamaged
from shiftscope.registry import Registry


@dataclass(frozen=True)
class Block:
    """Some samples of one dataset at one layer; no sample of them was skipped."""

    responses: SampleUnitArray  # (sample, unit) finite, exactly as stored
    positions: npt.NDArray[np.int64]  # (sample,) in the dataset
    labels: npt.NDArray[np.int64]  # (sample,) NO_LABEL where there is none
    categories: int


class Summary(Protocol):
    """A frozen dataclass of arrays. The merge law: `of(a).merge(of(b)) == of(a ++ b)` for any split of a pass."""

    @classmethod
    def of(cls, block: Block) -> Self: ...

    def merge(self, later: Self) -> Self: ...


States = Mapping[str, Mapping[str, Summary]]  # layer -> name -> state

summaries: Registry[type[Summary]] = Registry("summary", "shiftscope.summaries")
# Those that are made of two datasets, so of no block alone, and only where one of them keeps no responses.
of_twins: Registry[Any] = Registry("summary of twins", "shiftscope.summaries")


def axes(
    *names: str,
    kind: str = "f",
    low: float = -np.inf,
    high: float = np.inf,
    below: str = "",
    optional: bool = False,
    **sizes: int,
) -> Any:
    """A field of a summary that is an array with these axes.

    `kind` is NumPy's letter for the type, here float, int or bool; whole numbers lie in [low, high], and below the
    size of an axis that is not the array's own, as positions lie below the number of samples. `sizes` are those of
    axes that have the same one in every study. An `optional` field may be None, and is then not stored.
    """
    told = {"axes": names, "kind": kind, "low": low, "high": high, "below": below, "sizes": sizes}
    if optional:
        return dataclasses.field(default=None, metadata={**told, "optional": True})
    return dataclasses.field(metadata={**told, "optional": False})


@cache
def name_of(kind: type[Summary]) -> str:
    """The name a summary was entered under."""
    return next(name for name, entered in [*summaries.items(), *of_twins.items()] if entered is kind)


def _named(name: str) -> Any:
    return of_twins[name] if name in of_twins else summaries[name]


def merge_in_order(parts: Iterable[States]) -> States:
    """The summaries of a whole pass from those of its parts in order, at least one; see `merge_runs`."""
    return merge_runs((0, part) for part in parts)


def merge_runs(runs: Iterable[tuple[int, States]]) -> States:
    """The summaries of a whole pass from those of its runs in order, at least one, as (height, merged summaries).

    A run of height k is 2^k parts that begin at a multiple of 2^k. Neighbours are merged two by two, then pairs of
    pairs, so that sums round alike whichever runs were merged before. In memory are as many summaries as the
    number of parts has binary digits.
    """
    waiting: list[tuple[int, States]] = []
    for height, part in runs:
        while waiting and waiting[-1][0] == height:
            part, height = _merged(waiting.pop()[1], part), height + 1
        waiting.append((height, part))
    merged = waiting.pop()[1]
    while waiting:
        merged = _merged(waiting.pop()[1], merged)
    return merged


def _merged(earlier: States, later: States) -> States:
    return {
        layer: {name: state.merge(later[layer][name]) for name, state in states.items()}
        for layer, states in earlier.items()
    }


def arrays_of(state: Summary) -> dict[str, tuple[npt.NDArray[Any], tuple[str, ...]]]:
    """A summary's arrays with the names of their axes, by field; without those that it does not have."""
    fields = dataclasses.fields(state)  # type: ignore[arg-type]
    return {
        field.name: (np.asarray(values), field.metadata["axes"])
        for field in fields
        if (values := getattr(state, field.name)) is not None
    }


def shapes_of(name: str, sizes: Mapping[str, int]) -> dict[str, tuple[int, ...] | None]:
    """The shapes of a summary's fields where its axes have these sizes; None with an axis whose size nobody tells."""
    shapes: dict[str, tuple[int, ...] | None] = {}
    for field in dataclasses.fields(_named(name)):
        known, named = {**sizes, **field.metadata["sizes"]}, field.metadata["axes"]
        shapes[field.name] = tuple(known[axis] for axis in named) if known.keys() >= set(named) else None
    return shapes


def from_arrays(
    name: str, arrays: Mapping[str, npt.NDArray[Any]], sizes: Mapping[str, int] | None = None
) -> Summary:
    """The summary whose fields are `arrays`.

    Raises
    ------
    StudyDamaged
        A field is missing or of another type, an axis is not as long as `sizes` says or as it is in another field,
        or whole numbers lie where none can.
    """
    kind = _named(name)
    fields = [
        field for field in dataclasses.fields(kind) if field.name in arrays or not field.metadata["optional"]
    ]
    if missing := [field.name for field in fields if field.name not in arrays]:
        raise StudyDamaged(f"the stored summary {name!r} lacks {missing}; record the dataset again.")
    known = dict(sizes or {})
    for field in fields:
        array, told = arrays[field.name], field.metadata
        if len(array.shape) != len(told["axes"]) or any(
            known.setdefault(axis, size) != size for axis, size in zip(told["axes"], array.shape, strict=True)
        ):
            raise StudyDamaged(
                f"{field.name} of the stored summary {name!r} has shape {array.shape}; record the dataset again."
            )
        whole = told["kind"] == "i" and array.size > 0
        high = min(told["high"], known.get(told["below"], np.inf) - 1)
        if array.dtype.kind != told["kind"] or (whole and (array.min() < told["low"] or array.max() > high)):
            raise StudyDamaged(
                f"{field.name} of the stored summary {name!r} holds numbers that none of ours can be; record the "
                "dataset again."
            )
    made: Summary = kind(**{field.name: arrays[field.name] for field in fields})
    return made
