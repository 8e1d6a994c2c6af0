"""Making a damaged study good: from what is stored where that is enough, else up to what has to be recorded."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.store.disk.atomic import read_json, remove_folder, write_json
from shiftscope.store.disk.self_digest import with_own_digest
from shiftscope.store.integrity.verify import Damage
from shiftscope.store.layout import DERIVED
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.store.results import remove_result
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.writing.writer import RecordingWriter


def repair(study: StoredStudy, damages: Sequence[Damage]) -> None:
    """Make again what comes from whole shards, delete damaged results, have damaged shards count as not recorded.

    The command that recorded a dataset then records those shards and nothing else.

    Raises
    ------
    StudyBusy
        A dataset is being recorded.
    """
    for each in damages:
        if each.remedy == "compute":
            remove_result(each.file.parent)
        if each.remedy == "derive":
            _remove_derived(study, each)
    recorded = [each for each in damages if each.remedy != "derive"]
    for dataset in dict.fromkeys(each.dataset for each in recorded if each.dataset):
        of_it = [each for each in recorded if each.dataset == dataset]
        if any(each.remedy == "overwrite" for each in of_it):
            continue
        place = study.place_of(dataset)
        with place.lock():
            _repair(place, of_it, study.categories)
    study.forget()


def _remove_derived(study: StoredStudy, damage: Damage) -> None:
    """Remove the codes of a dataset, or a derived layer whose dictionary is damaged."""
    layers = study.place.file(DERIVED, "layers")
    layer, *below = damage.file.relative_to(layers).parts
    remove_folder(layers / layer / below[0] if damage.dataset else layers / layer)


def _repair(place: RecordingPlace, damages: Sequence[Damage], categories: Sequence[str]) -> None:
    described = read_json(place.description, "a recording")
    plan = Plan.of(described)
    complete = described.get("complete")
    for damage in damages:
        # What is made again may be made of what was merged before, but not of what is damaged in it.
        merged = damage.file.is_relative_to(place.names.summaries) and damage.file.is_file()
        if merged or damage.file.name == "zarr.json" or damage.file.suffix == ".summaries":
            damage.file.unlink(missing_ok=True)
        if damage.shard is not None:
            if damage.file.is_dir():  # where a shard's file should be
                remove_folder(damage.file)
            place.names.done(damage.shard).unlink(missing_ok=True)
    if complete:
        write_json(place.description, with_own_digest({**described, "complete": False}))
        writer = RecordingWriter(place, plan)
        if not writer.unfinished():
            writer.seal(categories)
