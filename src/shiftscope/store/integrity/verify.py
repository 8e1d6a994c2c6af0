"""Whether a study is what was written: every file against its checksum, and what repairs it."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from shiftscope.errors import ShiftscopeError, StudyDamaged
from shiftscope.store.derived_layer import DESCRIPTION, DICTIONARY, folder_of, read_derived
from shiftscope.store.disk.atomic import LARGEST_JSON, checksum, read_json
from shiftscope.store.disk.checksums import checksums
from shiftscope.store.disk.self_digest import is_as_written
from shiftscope.store.layout import MANIFEST, check_format
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.store.results import RESULT, kept_results
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.writing.merged_runs import runs
from shiftscope.store.writing.shard_summaries import read_partial
from shiftscope.store.writing.writer import is_done, tells_of_shard

LONGEST_ENTRY = 1024  # bytes of one checksum with the name of its file

# What makes it good: what is stored, its shard once more, the whole dataset once more, a copy of it from elsewhere;
# a kept result is computed again when it is asked for, codes of a derived layer from what is recorded.
Remedy = Literal["repair", "record", "overwrite", "restore", "compute", "derive"]


@dataclass(frozen=True)
class Damage:
    """One file that is not what was written."""

    dataset: str  # empty for a file of the study itself
    file: Path
    problem: str
    remedy: Remedy
    shard: int | None = None  # that has to be recorded again


@dataclass
class Verified:
    """What was found."""

    files: int = 0  # read and equal to their checksums
    bytes: int = 0  # in these and in the damaged ones
    unchecked: int = 0  # written before checksums were kept
    damages: list[Damage] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)  # recordings that the same command finishes

    @property
    def sound(self) -> bool:
        return not self.damages


def verify(study: StoredStudy) -> Verified:
    """Read every file of a study but its notes, and compare it with its checksum.

    Raises
    ------
    StudyDamaged
        The manifest tells a checksum of a file that is not in the study.
    """
    found = Verified(unfinished=study.unfinished())
    own = checksums(study.path, study.manifest.sha256)
    for path, problem in _differing(own, found):
        found.damages.append(Damage("", path, problem, "record"))
    try:
        study.refuse_changed()
    except StudyDamaged as error:
        found.damages.append(Damage("", study.path / MANIFEST, str(error), "restore"))
    for name in [*study.datasets, *(each for each in found.unfinished if each not in study)]:
        found.damages += _damages(study.place_of(name), found)
    for name in study.manifest.derived:
        found.damages += _damages_of_derived(study, name, found)
    for kept in kept_results(study.path):
        if kept.damage:
            found.damages.append(Damage("", kept.folder / RESULT, kept.damage, "compute"))
        for path, problem in _differing(kept.files, found):
            found.damages.append(Damage("", path, problem, "compute"))
    return found


def _damages_of_derived(study: StoredStudy, name: str, found: Verified) -> Iterator[Damage]:
    """Of a derived layer: what describes it, what was learned for it, and its codes of each dataset."""
    folder = folder_of(study.place, name)
    try:
        derived = read_derived(study.place, name)
    except StudyDamaged as error:
        yield Damage("", folder / DESCRIPTION, str(error), "derive")
        return
    if derived is None:
        return
    for path, problem in _differing({folder / DICTIONARY: derived.sha256}, found):
        yield Damage("", path, problem, "derive")
    for dataset in study:
        place = study.place_of(dataset).of_derived(name)
        if place.description.exists():
            for each in _damages(place, found):
                yield dataclasses.replace(each, remedy="derive", shard=None)
        if name not in study[dataset].derived:
            found.unfinished.append(f"{name} of {dataset}")


def _damages(place: RecordingPlace, found: Verified) -> Iterator[Damage]:
    name, names = place.dataset, place.names
    try:
        described = read_json(place.description, "a recording")
        check_format(place.description, described)
        plan = Plan.of(described)
        if not is_as_written(described):
            raise StudyDamaged("it differs from what was written")
        if plan.dataset != place.recorded_as:
            raise StudyDamaged(f"it is of {plan.dataset!r}")
    except (ShiftscopeError, KeyError, TypeError, ValueError, AttributeError) as error:
        yield Damage(name, names.description, f"cannot be read: {error}", "overwrite")
        return
    complete = bool(described.get("complete"))
    sums: dict[Path, str] = {}
    broken = set()
    for index in plan.shards():
        path = names.done(index)
        try:
            done = json.loads(place.done(index).read_bytes())
            if not tells_of_shard(done, plan, index):
                raise StudyDamaged(f"it does not describe shard {index} as it was planned")
            sums |= place.files(done.get("sha256", {}))
        except (OSError, ValueError, RecursionError, StudyDamaged) as error:
            broken.add(path)
            if complete:
                yield Damage(name, path, f"cannot be read: {error}", "record", index)
    if complete and "checksums" in described:
        try:
            if checksum(place.checksums) != described["checksums"]:
                raise StudyDamaged("differs from what was written")
            told = read_json(place.checksums, "checksums", _most_bytes_of_checksums(place))
            sums = place.files(told)  # of the shards' files too, whatever became of their ends
        except (OSError, ShiftscopeError) as error:
            yield Damage(name, names.checksums, f"cannot be read: {error}", "repair")
    elif complete:
        found.unchecked += sum(path not in sums for path in place.contents())
    if not complete:
        yield from _damaged_runs(place, plan)
    checked = {path: digest for path, digest in sums.items() if path not in broken}
    for path, problem in _differing(checked, found):
        shard = place.shard_of(path)
        remedy: Remedy = "repair" if shard is None else "record"
        if plan.keep == "summaries" and path.is_relative_to(names.summaries):
            remedy = "overwrite"  # without the responses nothing but a new pass brings them back
        yield Damage(name, path, problem, remedy, shard)


def _most_bytes_of_checksums(place: RecordingPlace) -> int:
    """A study of a stranger may claim any number of files; what is there is no claim."""
    if place.checksums.stat().st_size <= LARGEST_JSON:
        return LARGEST_JSON
    return LONGEST_ENTRY * sum(1 for _ in place.folder.rglob("*"))


def _damaged_runs(place: RecordingPlace, plan: Plan) -> Iterator[Damage]:
    """Summaries that are still to be merged; they hold their own checksums.

    What is missing is no damage where it is made again: from the responses, or where a recording that was whole waits
    for a shard and has kept them merged.
    """
    remade, name, names = plan.keep == "responses", place.dataset, place.names
    for first, size in runs(names, plan.shard_count):
        done = [shard for shard in range(first, first + size) if is_done(place, plan, shard)]
        path = names.partial(first, size)
        if not done or (not path.exists() and (remade or names.summaries.is_dir())):
            continue
        try:
            read_partial(place.partial(first, size))
        except StudyDamaged:
            problem = "differs from what was written" if path.exists() else "is missing"
            if remade:
                yield Damage(name, path, problem, "repair")
            else:
                yield from (Damage(name, path, problem, "record", shard) for shard in done)


def _differing(sums: Mapping[Path, str], found: Verified) -> Iterator[tuple[Path, str]]:
    """Files that are not what they were, as many at a time as there are processors."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as readers:
        for path, problem in zip(sums, readers.map(_problem, sums.items()), strict=True):
            found.bytes += path.stat().st_size if path.is_file() else 0
            if problem:
                yield path, problem
            else:
                found.files += 1


def _problem(entry: tuple[Path, str]) -> str:
    path, digest = entry
    try:
        return "" if checksum(path) == digest else "differs from what was written"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def advice(found: Verified, *, repaired: bool) -> list[str]:
    """What to do, a sentence for each dataset that needs something."""
    lines = []
    if not repaired and any(
        each.dataset and each.remedy not in ("overwrite", "derive") for each in found.damages
    ):
        lines.append(
            "`shiftscope verify STUDY --repair` makes again what comes from what is stored, and has only damaged "
            "shards recorded again."
        )
    for dataset in dict.fromkeys(each.dataset for each in found.damages):
        of_it = [each for each in found.damages if each.dataset == dataset]
        shards = sorted({each.shard for each in of_it if each.shard is not None})
        if any(each.remedy == "restore" for each in of_it):
            lines.append(f"{MANIFEST}: put back a copy of it, or record into a new study.")
        elif all(each.remedy == "derive" for each in of_it):
            done = "computed again" if repaired else "computed again by `shiftscope verify STUDY --repair`"
            lines.append(
                f"Derived layers: codes are {done}; one whose dictionary is damaged has to be derived."
            )
        elif all(each.remedy == "compute" for each in of_it):
            done = "deleted; they are" if repaired else "not shown, and"
            lines.append(f"Damaged results: {done} computed again when they are asked for.")
        elif not dataset:
            lines.append(
                "Record any dataset again, by the same command: the model gives its linear maps and its answers."
            )
        elif any(each.remedy == "overwrite" for each in of_it):
            lines.append(f"{dataset}: record it again with --overwrite; nothing less brings it back.")
        elif shards and repaired:
            numbers = ", ".join(map(str, shards))
            lines.append(f"{dataset}: the command that recorded it now records shard {numbers} again.")
        elif repaired:
            lines.append(f"{dataset}: repaired.")
    lines += [f"{name}: begun and not finished; the same command goes on." for name in found.unfinished]
    return lines
