"""The end of a recording: what is made from all of its shards together, and the checksums of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import StudyDamaged
from shiftscope.store.disk.atomic import (
    Checksums,
    flush,
    flush_names_of,
    half_written,
    keep_private,
    read_json,
    remove_folder,
    write_json,
)
from shiftscope.store.disk.self_digest import with_own_digest
from shiftscope.store.disk.small_files import write_folder
from shiftscope.store.formats.arrays import StoredArray, files_of_arrays
from shiftscope.store.formats.picture_manifest import write_picture_manifest
from shiftscope.store.layout import (
    SAMPLES,
    SUMMARIES,
    UNIT_CHUNK,
    folder_name,
)
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.store.writing.coordinates import write_coordinates
from shiftscope.store.writing.merged_runs import merged_summaries, runs
from shiftscope.store.writing.resummarise import summaries_of_stored
from shiftscope.summaries.summary import States, arrays_of
from shiftscope.summaries.top_samples import PLACES, TopSamples

TRANSPOSED_AT_ONCE = 64 * 2**20  # bytes
AT_ONCE_ON_A_STORE = 512 * 2**20  # where each pass fetches all responses again
TAKEN = {"rounding", "to_zero"}  # by float16, as shards and recordings tell it
TURNED = 512, 8  # units and samples copied together, so that both sides stay in the cache


def seal(place: RecordingPlace, plan: Plan, categories: Sequence[str] = ()) -> None:
    """Write what comes from all shards, and last that the recording is complete.

    Parameters
    ----------
    categories
        Names along the second axis of the logits.

    Raises
    ------
    StudyDamaged
        A shard's files are missing or damaged.
    """
    sums, taken = _ends_of_shards(place, plan)
    if _only_kept(place, plan, sums):
        flush(place.summaries, sums)
    else:
        again = partial(summaries_of_stored, place, plan) if plan.keep == "responses" else None
        merged = merged_summaries(place, plan.shard_count, again)
        write_summaries(place, _with_places_of_before(place, plan, merged), sums)
    if plan.keep == "responses":
        transpose(place, plan, sums)
        write_coordinates(place, plan, categories, sums)
        _sum_up_the_rest(place.arrays, sums)
    if plan.has_manifest and not place.behind:
        write_picture_manifest(place.picture_manifest, plan.source, plan.fingerprint, plan.samples, sums)
    flush_names_of(sums)
    _close(place, plan, sums, taken)


def _close(place: RecordingPlace, plan: Plan, sums: Checksums, taken: Mapping[str, Any]) -> None:
    """Keep the checksums of all files, and say that the recording is complete, and what float16 has `taken`."""
    told = place.named(sums)
    of_sums: Checksums = {}
    write_json(place.checksums, told, of_sums)
    flush_names_of(of_sums)
    described = {
        **read_json(place.description, "a recording"),
        "format": plan.format,
        "complete": True,
        "content": _content(told),
        "checksums": of_sums[place.checksums],
        **taken,
    }
    write_json(place.description, with_own_digest(described))


def _added(one: Any, other: Any) -> Any:
    """Counts under the same names; nothing and some are some."""
    if isinstance(one, dict):
        return {key: _added(one[key], value) for key, value in other.items()} if one else other
    return one + other


def _with_places_of_before(place: RecordingPlace, plan: Plan, merged: States) -> States:
    """The summaries with those places of maxima that are in the ones they replace: responses do not tell them again."""
    states = {layer: dict(of_layer) for layer, of_layer in merged.items()}
    for layer in plan.layers:
        top, folder = states[folder_name(layer.name)]["top_samples"], place.summary(layer.name, "top_samples")
        assert isinstance(top, TopSamples)
        there = [name for name in PLACES if (folder / name).is_dir()]
        if not there:
            continue
        try:
            before = {name: StoredArray(folder / name).all() for name in ("position", *there)}
        except (StudyDamaged, ValueError, KeyError, TypeError):
            continue
        if all(array.shape == top.position.shape for array in before.values()):
            states[folder_name(layer.name)]["top_samples"] = top.placed(before)
    return states


def write_summaries(place: RecordingPlace, merged: States, sums: Checksums) -> None:
    remove_folder(place.summaries)
    groups = {
        f"{layer}/{name}": arrays_of(state)
        for layer, states in merged.items()
        for name, state in states.items()
    }
    write_folder(place.summaries, files_of_arrays(groups), sums)


def transpose(place: RecordingPlace, plan: Plan, sums: Checksums) -> None:
    """Write the (unit, sample) arrays, as many units at a time as fit the budget."""
    for layer in plan.layers:
        by_sample = StoredArray(place.responses(layer.name, "by_sample"))
        by_unit = StoredArray(place.responses(layer.name, "by_unit"))
        budget = AT_ONCE_ON_A_STORE if place.on_store else TRANSPOSED_AT_ONCE
        files = max(1, budget // (UNIT_CHUNK * plan.samples * by_sample.dtype.itemsize))
        for first in range(0, layer.units, files * UNIT_CHUNK):
            units = slice(first, min(first + files * UNIT_CHUNK, layer.units))
            turned = np.empty((units.stop - units.start, plan.samples), by_sample.dtype)
            for rows in plan.shards().values():
                stored = by_sample.rows(rows.start, rows.stop)[:, units]
                _turn(stored, turned[:, rows.start : rows.stop])
            by_unit.write(first, turned, sums)


def _turn(rows: npt.NDArray[Any], into: npt.NDArray[Any]) -> None:
    """`into` becomes the transpose."""
    across, down = TURNED
    for unit in range(0, rows.shape[1], across):
        for row in range(0, rows.shape[0], down):
            into[unit : unit + across, row : row + down] = rows[row : row + down, unit : unit + across].T


def _only_kept(place: RecordingPlace, plan: Plan, sums: Checksums) -> bool:
    """Whether the merged summaries are all that there is of the shards', and are of just these shards.

    So it is when a shard's samples were damaged, and recorded again, after its responses had been given up.

    Raises
    ------
    StudyDamaged
        They are of other responses: of the whole pass nothing can be made.
    """
    there = (place.partial(*run).exists() for run in runs(place, plan.shard_count))
    if plan.keep == "responses" or all(there):
        return False
    if not (place.summaries).is_dir():
        raise StudyDamaged(f"{place.summaries} is missing; record with overwrite=True.")
    kept = dict(sums)
    flush(place.summaries, kept)
    if _content(place.named(kept)) != read_json(place.description, "a recording").get("content"):
        raise StudyDamaged(
            f"{place.folder} stores no responses, and its summaries are not of the shards that are there. Record with "
            "overwrite=True."
        )
    return True


def _ends_of_shards(place: RecordingPlace, plan: Plan) -> tuple[Checksums, dict[str, Any]]:
    """What the `.done` files tell, with their own checksums, and what float16 took in all of them, added up.

    Checksums are as they were when the shards were written; those of shards from before any were kept, as they are.
    """
    sums: Checksums = {}
    taken: dict[str, Any] = {}
    told_by: dict[Path, Path] = {}  # file -> the `.done` file that names it
    for index in plan.shards():
        path = place.done(index)
        done = read_json(path, "the end of a shard", sums=sums)
        of_shard = place.files(done.get("sha256", {}))
        told_by |= dict.fromkeys(of_shard, path)
        sums |= of_shard
        try:
            for what in TAKEN & done.keys():
                taken[what] = _added(taken.get(what, {}), done[what])
        except (KeyError, TypeError, AttributeError) as error:
            raise StudyDamaged(
                f"{path} does not say what was rounded as those before it do; record the dataset again."
            ) from error
        if "sha256" not in done:
            flush(place.samples(index), sums)
    # Of before there are some that name the summaries too, which are gone once they are merged.
    if missing := place.missing(file for file in told_by if file.suffix != ".summaries"):
        raise StudyDamaged(
            f"{told_by[missing[0]]} names {missing[0]}, which is not there. Remove it, and give the "
            "command that recorded the dataset again."
        )
    return sums, {what: taken[what] for what in sorted(taken)}


def _sum_up_the_rest(folder: Path, sums: Checksums) -> None:
    """Files that zarr wrote: descriptions, coordinates and, in recordings of before, responses."""
    for path in sorted(folder.rglob("*")):  # a folder before what is in it
        if path.is_dir():
            keep_private(path)
        elif path.is_file() and path not in sums and not half_written(path.relative_to(folder)):
            flush(path, sums)


def _content(sums: dict[str, str]) -> str:
    """Digest of what was recorded: the samples as they are kept, and the summaries of their responses."""
    kept = {
        name: digest for name, digest in sums.items() if name.startswith((f"{SAMPLES}/", f"{SUMMARIES}/"))
    }
    return hashlib.sha256(
        "\n".join(f"{digest}  {name}" for name, digest in sorted(kept.items())).encode()
    ).hexdigest()
