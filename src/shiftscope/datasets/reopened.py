"""A recorded dataset opened again from what its recording says of where it lay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shiftscope.datasets.formats.array_data import IN_UNIT_RANGE
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.sample import Dataset, dataset_kinds
from shiftscope.datasets.shifts.shift_kind import ShiftKind, shift_kinds
from shiftscope.datasets.shifts.shifted import Shifted
from shiftscope.datasets.source import as_dataset, is_dataset
from shiftscope.datasets.split import limited, part_again
from shiftscope.datasets.stimuli.cues.cue_kind import CueKind, cue_kinds
from shiftscope.datasets.stimuli.cues.cued import CUE, Cued
from shiftscope.datasets.stimuli.cues.recipe import Recipe
from shiftscope.errors import DataError
from shiftscope.shard import SHIFTS

SHIFT_PARTS = "name", "version", "strength", "seed"
CUE_PARTS = "name", "version", "set", "kind", "association", "opacity", "seed", "half"


def reopened(source: Mapping[str, Any], name: str, categories: Sequence[str]) -> Dataset:
    """The dataset of the recording `name`, whose `source` its plan keeps.

    Whether it is still the same is for its fingerprint to say.

    Raises
    ------
    DataError
        It was no file or folder, or labels were given beside it.
    """
    text = source.get("text") or f"{source.get('kind')}:{source.get('path', '')}"
    kind, _, path = str(text).partition(":")
    if kind not in dataset_kinds or not path or source.get("relabelled"):
        raise DataError(
            f"{name!r} was recorded from data in memory, or with labels given beside it, and cannot be opened again "
            f"from the study alone. Give it: data={{{name!r}: dataset}}."
        )
    return as_recorded(text, source, categories)


def as_recorded(data: Any, source: Mapping[str, Any], categories: Sequence[str]) -> Dataset:
    """Data with the preprocessing, the shifts and the split that a recording's `source` tells of, if they are text.

    Raises
    ------
    DataError
        A shift that this version does not have as it was, or no such part any more.
    """
    if not isinstance(data, str):
        return _in_memory(data, source, categories)
    shifts = source.get(SHIFTS, [])
    shifts = shifts if isinstance(shifts, list) else [shifts]
    own = _cue_categories(shifts) or categories
    root = {"root": source["root"]} if isinstance(source.get("root"), str) else {}
    dataset = as_dataset(data, preprocess=recorded_preprocess(source), categories=own or None, **root)
    dataset = limited(dataset, source.get("limit"))
    for shift in shifts:
        dataset = again(dataset, shift)
    if own != categories:
        dataset = as_dataset(dataset, categories=categories or None)
    return part_again(dataset, source)


def _in_memory(data: Any, source: Mapping[str, Any], categories: Sequence[str]) -> Dataset:
    """Pictures that are no dataset yet with the recorded preprocessing, and as many of them as were recorded."""
    if is_dataset(data):
        return as_dataset(data, categories=categories or None)
    dataset = as_dataset(data, preprocess=recorded_preprocess(source), categories=categories or None)
    return limited(dataset, source.get("limit"))


def again(
    dataset: Dataset, shift: Any, *, cues: Mapping[str, int | None] | None = None, release: str = ""
) -> Shifted | Cued:
    """The dataset with one shift, or cue, that is told of, whatever stands there.

    Parameters
    ----------
    cues
        By id which cue a sample gets, where a manifest tells it.
    release
        Of shiftscope that made it, for a message.

    Raises
    ------
    DataError
        It cannot be read, or this version makes it otherwise.
    """
    is_cue = isinstance(shift, Mapping) and shift.get("name") == CUE
    parts = CUE_PARTS if is_cue else SHIFT_PARTS
    if not (isinstance(shift, Mapping) and set(parts) <= set(shift) and isinstance(shift["name"], str)):
        raise DataError(f"what is recorded of a shift cannot be read: {shift!r}.")
    name, version, seed = shift["name"], shift["version"], shift["seed"]
    kind = str(shift["kind"]) if is_cue else name
    kinds: Mapping[str, CueKind | ShiftKind] = cue_kinds if is_cue else shift_kinds
    here = kinds[kind].version if kind in kinds else None
    if here != version:
        raise DataError(
            f"{name} was recorded with version {version}, this is {here or 'none'}: record it again, or use the "
            f"release of shiftscope that recorded it{release and f', {release}'}."
        )
    if not is_cue:
        return Shifted(dataset, name, shift["strength"], seed)
    recipe = Recipe(kind, shift["association"], shift["opacity"], seed)
    return Cued(dataset, recipe, shift["set"], shift["half"], cues=cues)


def _cue_categories(shifts: Sequence[Any]) -> Sequence[str]:
    """The categories in the order in which cues were dealt to them; empty where no cue is told of."""
    for shift in shifts:
        if (
            isinstance(shift, Mapping)
            and shift.get("name") == CUE
            and isinstance(shift.get("categories"), list)
        ):
            return [str(each) for each in shift["categories"]]
    return ()


def recorded_range(source: Mapping[str, Any]) -> tuple[float, float] | None:
    """Lower and upper end of the inputs without preprocessing, where a recording's `source` says that all of them lie
    there; else None."""
    in_unit_range = source.get("kind") == "arrays" and source.get("pictures") == IN_UNIT_RANGE
    return (0.0, 1.0) if in_unit_range and source.get("preprocess") is None else None


def took_transform(source: Mapping[str, Any]) -> bool:
    """Whether a recording's inputs were made by a function, which the study does not hold."""
    described = source.get("preprocess")
    return isinstance(described, Mapping) and "transform" in described


def recorded_preprocess(source: Mapping[str, Any]) -> Preprocess | None:
    """The preprocessing that a recording's `source` tells of; None where it had none.

    Raises
    ------
    DataError
        It was a transform, a function that the study does not hold.
    """
    described = source.get("preprocess")
    if took_transform(source):
        raise DataError(
            f"it was recorded with the transform {source['preprocess']['transform']}, which the study does not hold. "
            "Give the dataset with it: data={NAME: ss.dataset(..., transform=...)}."
        )
    return Preprocess(**described) if isinstance(described, Mapping) else None
