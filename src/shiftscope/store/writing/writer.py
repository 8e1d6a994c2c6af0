"""A recording while it is made: shards written whole, counted when their `.done` file is there, sealed at the end."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

from shiftscope.errors import StudyDamaged, StudyMismatch
from shiftscope.model.answers import Answers, refuse_other_answers
from shiftscope.model.map_geometry import MapGeometry
from shiftscope.shard import Shard
from shiftscope.store.disk.atomic import (
    Checksums,
    flush,
    flush_names_of,
    make_folder,
    read_json,
    remove_folder,
    write_json,
)
from shiftscope.store.disk.containment import all_within
from shiftscope.store.disk.local_copy import to_write_arrays
from shiftscope.store.disk.self_digest import with_own_digest
from shiftscope.store.formats.arrays import StoredArray, create_array
from shiftscope.store.formats.made import write_made
from shiftscope.store.formats.samples import write_samples
from shiftscope.store.layout import LOGITS, UNIT_CHUNK, folder_name
from shiftscope.store.places import Orientation, RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.store.writing.merged_runs import merge_run_of, remove_runs
from shiftscope.store.writing.sealing import seal
from shiftscope.store.writing.shard_summaries import write_partial
from shiftscope.summaries.summary import States

AT_ONCE = 2  # files of a shard: one waits for the disk while the checksum of another is computed


class RecordingWriter:
    """Write a recording into its place, or go on with the one that stopped there.

    Several processes may write one recording, each its shards: a shard written twice has the same bytes.

    Parameters
    ----------
    answers
        What the model answers to the first inputs, by which it is known again.
    maps
        By layer, where the places of its map lie in the picture.
    batch_size
        Of the passes, noted with each shard.

    Raises
    ------
    StudyMismatch
        The folder holds a recording of something else or by a model that answers otherwise, and not `overwrite`; the
        message names what differs.
    StudyDamaged
        What the folder says of its recording cannot be read, and not `overwrite`, or a link leads out of it.
    """

    def __init__(
        self,
        place: RecordingPlace,
        plan: Plan,
        *,
        answers: Answers | None = None,
        maps: Mapping[str, MapGeometry] | None = None,
        batch_size: int | None = None,
        overwrite: bool = False,
    ) -> None:
        all_within(place.folder)
        self.place, self.plan = place, plan
        planned = json.loads(json.dumps(plan.as_json()))
        before = _described(place.description, overwrite=overwrite)
        self._batch_size = batch_size
        other = _other_answers(before, answers) if answers else ""
        if before is not None and overwrite and (other or _differences(before.get("plan", {}), planned)):
            remove_folder(place.folder)
            before = None
        if before:
            self.complete = bool(before.get("complete"))
            _refuse_other_plan(before.get("plan", {}), planned, complete=self.complete)
            refuse_other_answers(other)
        else:
            self.complete = False
            self._refuse_full_disk()
            told: dict[str, Any] = {"answers": answers.as_json()} if answers else {}
            if maps:
                told["maps"] = {name: geometry.as_json() for name, geometry in maps.items()}
            begun = {"format": plan.format, "complete": False, **told, "plan": planned}
            write_json(place.description, with_own_digest(begun))
        if plan.keep == "responses" and not self.complete:
            self._arrays, self._logits = self._arrays_to_write()

    def unfinished(self) -> list[int]:
        """Shards that are still to be recorded."""
        return (
            []
            if self.complete
            else [shard for shard in self.plan.shards() if not is_done(self.place, self.plan, shard)]
        )

    def commit(self, shard: Shard, states: States) -> None:
        """Write one shard and its summaries.

        Its `.done` file comes last, so a shard counts when all of it is there. Then the summaries of its run are
        merged, if it was the last one of that.
        """
        sums: Checksums = {}
        with ThreadPoolExecutor(AT_ONCE) as several:
            writing = [several.submit(write_partial, self.place.partial(shard.index), states)]
            if not self.place.behind:
                writing.append(several.submit(write_samples, self.place.samples(shard.index), shard, sums))
                if self.plan.has_manifest:
                    entries = [(each.id, each.made) for each in shard.samples]
                    writing.append(several.submit(write_made, self.place.made(shard.index), entries, sums))
            if self.plan.keep == "responses":
                arrays = [(self._arrays[name], values) for name, values in shard.responses.items()]
                arrays += [(self._logits, shard.logits)] if self._logits else []
                for array, values in arrays:
                    writing.append(several.submit(array.write, shard.first, values, sums))
            for each in writing:
                each.result()
        flush_names_of(sums)
        done = {
            "shard": shard.index,
            "samples": len(shard.samples),
            "skipped": int((~shard.shown).sum()),
            "plan": self.plan.digest,
            **({} if self._batch_size is None else {"batch_size": self._batch_size}),
            **({"rounding": shard.rounding} if shard.rounding else {}),
            **({"to_zero": shard.to_zero} if shard.to_zero else {}),
            "sha256": self.place.named(sums),
        }
        write_json(self.place.done(shard.index), done)
        merge_run_of(self.place, shard.index, self.plan.shard_count)

    def seal(self, categories: Sequence[str] = ()) -> None:
        """Merge the summaries, write the transposed responses, mark the recording complete.

        `categories` are the names along the logits' second axis. Of a complete recording only what a process
        that was killed here left behind is removed.
        """
        if not self.complete:
            seal(self.place, self.plan, categories)
            self.complete = True
        remove_runs(self.place)  # also those that a rank wrote of a shard that another had done

    def abandon(self) -> None:
        """Leave no trace of a recording that finished no shard."""
        if not self.complete and len(self.unfinished()) == self.plan.shard_count:
            remove_folder(self.place.folder)

    def tell_other_passes(self, answers: Answers, batch_size: int) -> None:
        """Warn where shards that are there were made by another torch, or in batches of another size."""
        if self.complete:
            return
        described = read_json(self.place.description, "a recording")
        if "answers" in described:
            Answers.from_json(described["answers"]).tell_other_torch(answers)
        done = [shard for shard in self.plan.shards() if is_done(self.place, self.plan, shard)]
        sizes = {json.loads(self.place.done(shard).read_bytes()).get("batch_size") for shard in done}
        if others := sorted(sizes - {None, batch_size}):
            warnings.warn(
                f"{self.plan.dataset!r} was begun with batch_size={' and '.join(map(str, others))} and goes on with "
                f"{batch_size}: responses may differ by rounding.",
                stacklevel=3,
            )

    def _arrays_to_write(self) -> tuple[dict[str, StoredArray], StoredArray | None]:
        """Those that are there, described anew where their descriptions are damaged: the plan says what they are."""
        try:
            return self._create_arrays()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, StudyDamaged):
            for folder in (*self._groups(), *self._stored()):
                (folder / "zarr.json").unlink(missing_ok=True)
        return self._create_arrays()

    def _create_arrays(self) -> tuple[dict[str, StoredArray], StoredArray | None]:
        plan = self.plan
        if self.place.on_store or not self._all_described():
            self._describe_arrays()
        names = [layer.name for layer in plan.layers]
        arrays = {name: StoredArray(self.place.responses(name, "by_sample")) for name in names}
        if not self.place.on_store and len(self.unfinished()) == plan.shard_count:
            flush(self.place.arrays, {})  # descriptions last before the first shard counts
        return arrays, None if self.place.behind else StoredArray(self.place.logits)

    def _groups(self) -> list[Path]:
        return [self.place.arrays, *(self.place.responses(layer.name, "") for layer in self.plan.layers)]

    def _stored(self) -> list[Path]:
        """Of all arrays of responses."""
        layers = [layer.name for layer in self.plan.layers]
        of_layers = [
            self.place.responses(name, turned) for name in layers for turned in get_args(Orientation)
        ]
        return [*([] if self.place.behind else [self.place.logits]), *of_layers]

    def _all_described(self) -> bool:
        """Whether each says what it is, so that nothing is to be created: zarr takes long to find that out.

        Raises `StudyDamaged` where one says something else.
        """
        if not all((folder / "zarr.json").exists() for folder in (*self._groups(), *self._stored())):
            return False
        for folder in self._groups():
            if read_json(folder / "zarr.json", "the description of a group").get("node_type") != "group":
                raise StudyDamaged(f"{folder} is no group.")
        for folder in self._stored():
            StoredArray(folder)
        return True

    def _describe_arrays(self) -> None:
        import zarr

        plan = self.plan
        with to_write_arrays(self.place.arrays) as responses:
            root = zarr.open_group(responses, mode="a", zarr_format=3)
            for layer in plan.layers:
                group, kind = root.require_group(folder_name(layer.name)), plan.stored_type(layer.name)
                shape, chunks = (plan.samples, layer.units), (plan.rows, layer.units)
                create_array(group, "by_sample", shape, chunks, kind, ("sample", "unit"))
                shape, chunks = shape[::-1], (min(UNIT_CHUNK, layer.units), plan.samples)
                create_array(group, "by_unit", shape, chunks, kind, ("unit", "sample"))
            shape, chunks = (plan.samples, plan.categories), (plan.rows, plan.categories)
            if not self.place.behind:
                create_array(root, LOGITS, shape, chunks, plan.stored_as, ("sample", "category"))

    def _refuse_full_disk(self) -> None:
        make_folder(self.place.folder)
        needed, free = self.plan.bytes_needed(samples=not self.place.behind), self.place.free_bytes()
        if needed > free:
            remove_folder(self.place.folder)
            raise StudyMismatch(
                f"the recording may need {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free. Record fewer layers, "
                'or record with keep="summaries".'
            )


def is_done(place: RecordingPlace, plan: Plan, shard: int) -> bool:
    """Whether a shard was written whole; a `.done` file of anything else, or one that breaks off, does not count."""
    try:
        done = json.loads(place.done(shard).read_bytes())
    except (OSError, ValueError, RecursionError, StudyDamaged):
        return False
    return tells_of_shard(done, plan, shard)


def tells_of_shard(done: object, plan: Plan, shard: int) -> bool:
    """Whether the content of a `.done` file is of this shard; one of before may lack some of what it says."""
    said = {"shard": shard, "samples": plan.samples_in(shard), "plan": plan.digest}
    return isinstance(done, dict) and all(done.get(key, value) == value for key, value in said.items())


def _described(path: Path, *, overwrite: bool) -> dict[str, Any] | None:
    """What a recording says of itself; with `overwrite` one that says nothing that can be read differs in all."""
    if not path.exists():
        return None
    try:
        described = read_json(path, "a recording")
        if not isinstance(described.get("plan"), dict):
            raise StudyDamaged(f"{path} does not say what the recording is.")
        return described
    except StudyDamaged as error:
        if overwrite:
            return {}
        raise StudyDamaged(f"{error} Record it with overwrite=True.") from error


def _other_answers(before: Mapping[str, Any] | None, now: Answers) -> str:
    """How the model differs from the one that a recording was begun with; empty where nothing is kept of that."""
    if before is None or "answers" not in before:
        return ""
    try:
        return Answers.from_json(before["answers"]).difference(now)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StudyDamaged(f"a recording does not say what its model answered: {error!r}.") from error


def _refuse_other_plan(before: Mapping[str, Any], planned: Mapping[str, Any], *, complete: bool) -> None:
    if differs := _differences(before, planned):
        state = "is already recorded" if complete else "was begun and never finished"
        raise StudyMismatch(
            f"a dataset named {planned['dataset']!r} {state} in this study with other contents: "
            f"{' and '.join(differs)} changed. Choose another name, or replace it on purpose with overwrite=True."
        )


def _differences(before: Mapping[str, Any], planned: Mapping[str, Any]) -> list[str]:
    # The fingerprint covers what the model sees; where the data lay is told by `source` and may change.
    keys = dict.fromkeys((*planned, *before))
    return [key for key in keys if key != "source" and before.get(key) != planned.get(key)]
