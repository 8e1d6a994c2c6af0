"""A recording while it is made: shards written whole, counted when their `.done` file is there, sealed at the end."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import StudyDamaged, StudyMismatch
from shiftscope.recording.seen import Shard
from shiftscope.store.arrays import StoredArray, create_array, write_arrays
from shiftscope.store.atomic import read_json, remove_folder, write_json, written_aside
from shiftscope.store.coordinates import write_coordinates
from shiftscope.store.layout import (
    FORMAT,
    LOGITS,
    RECORDING,
    RESPONSES,
    SUMMARIES,
    UNIT_CHUNK,
    done_file,
    folder_name,
    partial_file,
    samples_file,
)
from shiftscope.store.plan import Plan
from shiftscope.store.samples import write_samples
from shiftscope.summaries.summary import Summary, arrays_of, from_arrays, merge_all

# Arrays with the names of their axes, by group and name.
Groups = dict[str, dict[str, tuple[npt.NDArray[Any], tuple[str, ...]]]]

TRANSPOSED_AT_ONCE = 64 * 2**20  # bytes
TURNED = 512, 8  # units and samples copied together, so that both sides stay in the cache


class RecordingWriter:
    """Write a recording into `folder`, or go on with the one that stopped there.

    Raises
    ------
    StudyMismatch
        The folder holds a recording of something else, and not `overwrite`; the message names what differs.
    """

    def __init__(self, folder: Path, plan: Plan, *, overwrite: bool = False) -> None:
        self.folder, self.plan = folder, plan
        planned = json.loads(json.dumps(plan.as_json()))
        before = read_json(folder / RECORDING, "a recording") if (folder / RECORDING).exists() else None
        if before and overwrite and _differences(before.get("plan", {}), planned):
            remove_folder(folder)
            before = None
        if before:
            self.complete = bool(before.get("complete"))
            _refuse_other_plan(before.get("plan", {}), planned, complete=self.complete)
        else:
            self.complete = False
            self._refuse_full_disk()
            write_json(folder / RECORDING, {"format": FORMAT, "complete": False, "plan": planned})
        if plan.keep == "responses" and not self.complete:
            try:
                self._arrays, self._logits = self._create_arrays()
            except (ValueError, KeyError, TypeError) as error:
                raise StudyDamaged(
                    f"{folder / RESPONSES} cannot be gone on with: {error}. Record with overwrite=True."
                ) from error

    def unfinished(self) -> dict[int, range]:
        shards = {} if self.complete else self.plan.shards()
        return {i: rows for i, rows in shards.items() if not done_file(self.folder, i).exists()}

    def commit(self, shard: Shard, states: Mapping[str, Mapping[str, Summary]]) -> None:
        """Write one shard and its summaries, layer -> name -> state.

        Its `.done` file comes last, so a shard counts when all of it is there.
        """
        if self.plan.keep == "responses":
            for layer in self.plan.layers:
                self._arrays[layer.name].write(shard.first, shard.responses[layer.name])
            self._logits.write(shard.first, shard.logits)
        samples = samples_file(self.folder, shard.index)
        write_samples(samples, shard)
        _write_partial(partial_file(self.folder, shard.index), _flat(states))
        done = {"shard": shard.index, "samples": len(shard.samples), "skipped": int((~shard.shown).sum())}
        write_json(done_file(self.folder, shard.index), done)

    def seal(self, categories: Sequence[str] = ()) -> None:
        """Merge the summaries, write the transposed responses, and mark the recording complete.

        `categories` are the names along the logits' second axis.
        """
        if not self.complete:
            content = self._content(self._write_summaries())
            if self.plan.keep == "responses":
                self._transpose()
                write_coordinates(self.folder, self.plan, categories)
            described = read_json(self.folder / RECORDING, "a recording")
            write_json(self.folder / RECORDING, {**described, "complete": True, "content": content})
            self.complete = True
        for index in self.plan.shards():
            partial_file(self.folder, index).unlink(missing_ok=True)
        for left in self.folder.rglob(".*.part"):  # of a process that was killed
            left.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Leave no trace of a recording that finished no shard."""
        if not self.complete and len(self.unfinished()) == len(self.plan.shards()):
            remove_folder(self.folder)

    def _write_summaries(self) -> Groups:
        merged: dict[str, dict[str, Summary]] = {}
        for index in self.plan.shards():
            partial = _read_partial(partial_file(self.folder, index))
            merged = {
                layer: merge_all(merged[layer], part) if merged else part for layer, part in partial.items()
            }
        remove_folder(self.folder / SUMMARIES)
        groups = {
            f"{layer}/{name}": arrays_of(s) for layer, states in merged.items() for name, s in states.items()
        }
        write_arrays(self.folder / SUMMARIES, groups)
        return groups

    def _content(self, summaries: Groups) -> str:
        """Digest of what was recorded: the samples as they are kept, and the summaries of their responses."""
        digest = hashlib.sha256()
        for index in self.plan.shards():
            digest.update(samples_file(self.folder, index).read_bytes())
        for group in sorted(summaries):
            for name, (values, _) in sorted(summaries[group].items()):
                digest.update(f"{group}/{name}".encode() + np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()

    def _create_arrays(self) -> tuple[dict[str, StoredArray], StoredArray]:
        import zarr

        plan = self.plan
        root = zarr.open_group(self.folder / RESPONSES, mode="a")
        arrays = {}
        for layer in plan.layers:
            group = root.require_group(folder_name(layer.name))
            shape, chunks = (plan.samples, layer.units), (plan.rows, layer.units)
            create_array(group, "by_sample", shape, chunks, plan.stored_as, ("sample", "unit"))
            arrays[layer.name] = StoredArray(self.folder / RESPONSES / folder_name(layer.name) / "by_sample")
            shape, chunks = shape[::-1], (min(UNIT_CHUNK, layer.units), plan.samples)
            create_array(group, "by_unit", shape, chunks, plan.stored_as, ("unit", "sample"))
        shape, chunks = (plan.samples, plan.categories), (plan.rows, plan.categories)
        create_array(root, LOGITS, shape, chunks, plan.stored_as, ("sample", "category"))
        return arrays, StoredArray(self.folder / RESPONSES / LOGITS)

    def _transpose(self) -> None:
        """Write (unit, sample) twins, as many units at a time as fit the budget."""
        plan = self.plan
        for layer in plan.layers:
            path = self.folder / RESPONSES / folder_name(layer.name)
            by_sample, by_unit = StoredArray(path / "by_sample"), StoredArray(path / "by_unit")
            files = max(1, TRANSPOSED_AT_ONCE // (UNIT_CHUNK * plan.samples * by_sample.dtype.itemsize))
            for first in range(0, layer.units, files * UNIT_CHUNK):
                units = slice(first, min(first + files * UNIT_CHUNK, layer.units))
                turned = np.empty((units.stop - units.start, plan.samples), by_sample.dtype)
                for rows in plan.shards().values():
                    stored = by_sample.rows(rows.start, rows.stop)[:, units]
                    _turn(stored, turned[:, rows.start : rows.stop])
                by_unit.write(first, turned)

    def _refuse_full_disk(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        needed, free = self.plan.bytes_needed(), shutil.disk_usage(self.folder).free
        if needed > free:
            remove_folder(self.folder)
            raise StudyMismatch(
                f"the recording may need {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free. Record fewer layers, "
                'or record with keep="summaries".'
            )


def _turn(rows: npt.NDArray[Any], into: npt.NDArray[Any]) -> None:
    """`into` becomes the transpose."""
    across, down = TURNED
    for unit in range(0, rows.shape[1], across):
        for row in range(0, rows.shape[0], down):
            into[unit : unit + across, row : row + down] = rows[row : row + down, unit : unit + across].T


def _refuse_other_plan(before: Mapping[str, Any], planned: Mapping[str, Any], *, complete: bool) -> None:
    if differs := _differences(before, planned):
        state = "is already recorded" if complete else "was begun and never finished"
        raise StudyMismatch(
            f"a dataset named {planned['dataset']!r} {state} in this study with other contents: "
            f"{' and '.join(differs)} changed. Choose another name, or replace it on purpose with overwrite=True."
        )


def _differences(before: Mapping[str, Any], planned: Mapping[str, Any]) -> list[str]:
    # The fingerprint covers what the model sees; where the data lay is told by `source` and may change.
    return [key for key in planned if key != "source" and before.get(key) != planned[key]]


def _flat(states: Mapping[str, Mapping[str, Summary]]) -> dict[str, npt.NDArray[Any]]:
    """Arrays by layer folder, summary and field, as names in one file."""
    return {
        f"{folder_name(layer)}/{name}/{field}": values
        for layer, summaries in states.items()
        for name, state in summaries.items()
        for field, (values, _) in arrays_of(state).items()
    }


def _write_partial(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """A line of their names, then NumPy's format for each: a zip archive takes as long again for its checksums."""
    with written_aside(path) as file:
        file.write(json.dumps(list(arrays)).encode() + b"\n")
        for values in arrays.values():
            np.save(file, values, allow_pickle=False)


def _read_partial(path: Path) -> dict[str, dict[str, Summary]]:
    """Summaries of one shard: layer folder -> summary name -> state."""
    try:
        with path.open("rb") as file:
            stored = {name: np.load(file, allow_pickle=False) for name in json.loads(file.readline())}
    except (OSError, ValueError, EOFError) as error:
        raise StudyDamaged(
            f"{path} cannot be read as the summaries of a shard: {error}. If another process is recording this "
            "dataset, wait for it; else record with overwrite=True."
        ) from error
    fields: dict[str, dict[str, dict[str, npt.NDArray[Any]]]] = {}
    for key, values in stored.items():
        layer, name, field = key.rsplit("/", 2)
        fields.setdefault(layer, {}).setdefault(name, {})[field] = values
    return {
        layer: {name: from_arrays(name, arrays) for name, arrays in names.items()}
        for layer, names in fields.items()
    }
