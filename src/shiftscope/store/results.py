"""What a slower question answered, kept in the study with all that decides it; see docs/format.md."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import NotInStudy, StudyDamaged
from shiftscope.store.disk.atomic import half_written, read_json, remove_folder, write_json, written_aside
from shiftscope.store.disk.containment import within
from shiftscope.store.disk.object_path import on_store
from shiftscope.store.disk.self_digest import is_as_written, with_own_digest
from shiftscope.store.layout import EXPLANATIONS, LOGITS, folder_name
from shiftscope.store.places import StudyPlace

if TYPE_CHECKING:
    from shiftscope.store.stored_study import StoredStudy

RESULT = "result.json"
USUAL = "usual"  # folder of a result that has no variants
LONGEST_VERSION = 12  # digits of a file's digest in its name
ARRAYS = re.compile(r"arrays-[0-9a-f]{12}\.safetensors")

Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class ResultKey:
    """All that decides a result: two equal keys have equal results.

    Parameters
    ----------
    kind
        Of question, a folder: "scores", "paths".
    layer
        That it is about.
    datasets
        Whose recordings it rests on, by the names that they were recorded under; the first is the one that it is
        about. Renaming a dataset leaves its results where they are.
    versions
        Of the method, for each of the result's parts: a number that is raised when what is computed changes.
    ground
        Digests of what else it rests on, by name, as the weights of a linear map.
    settings
        As JSON has them.
    variant
        Tells results apart that are kept beside one another; part of the place, and readable.
    """

    kind: str
    layer: str
    datasets: tuple[str, ...]
    versions: Mapping[str, int]
    recordings: Mapping[str, str]  # digest by dataset
    ground: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    variant: str = ""
    seed: int | None = None
    split: str = ""  # which samples it was found on and which it is reported on; empty for all

    @classmethod
    def of(cls, study: StoredStudy, kind: str, layer: str, datasets: Sequence[str], **rest: Any) -> ResultKey:
        """The key of a result that rests on these datasets as they are now; raises `NotInStudy` for one that is not."""
        recorded = {study.manifest.recorded_as(name): study[name] for name in datasets}
        digests = {name: recording.holding(layer).digest for name, recording in recorded.items()}
        return cls(kind, study.layer(layer).name, tuple(recorded), recordings=digests, **rest)

    def place(self, study: Path) -> Path:
        """The result's folder, below the study's own."""
        parts = (self.kind, *map(folder_name, (self.layer, *self.datasets, self.variant or USUAL)))
        return StudyPlace(study).file(EXPLANATIONS, *parts)

    def as_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        versions = dict(sorted(self.versions.items()))  # in whatever order the parts were found
        return {**told, "datasets": list(self.datasets), "versions": versions}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> ResultKey:
        """Raises TypeError for what is none; a key from a stranger is only compared and shown."""
        key = cls(**{**entry, "datasets": tuple(entry["datasets"])})
        mappings = (key.versions, key.recordings, key.ground, key.settings)
        texts = (key.kind, key.layer, key.variant, key.split, *key.datasets)
        if not all(isinstance(each, Mapping) for each in mappings):
            raise TypeError("versions, recordings, ground or settings that are no object")
        if not all(isinstance(each, str) for each in texts):
            raise TypeError("a kind, layer, dataset, variant or split that is no text")
        return key

    def same_but_for_versions(self, other: ResultKey, any_of: Collection[str] = ()) -> bool:
        """Whether all else that decides a result is the same; `any_of` names settings that may differ, or "seed"."""
        return self._compared(any_of) == other._compared(any_of)

    def _compared(self, any_of: Collection[str]) -> dict[str, Any]:
        told = self.as_json()
        told["settings"] = {name: value for name, value in self.settings.items() if name not in any_of}
        left_out = {"versions", "seed"} if "seed" in any_of else {"versions"}
        return {name: value for name, value in told.items() if name not in left_out}


@dataclass(frozen=True, eq=False)
class Result:
    """A kept result: the arrays of each part, by name."""

    key: ResultKey
    parts: Mapping[str, Arrays]


def read_result(study: Path, key: ResultKey, *, any_of: Collection[str] = ()) -> Result | None:
    """What is kept of this key, its parts of other versions left out; None where nothing of it is.

    Parameters
    ----------
    any_of
        Settings, or "seed", that may be any: what is kept is taken with those it has.

    Raises
    ------
    StudyDamaged
        What is kept cannot be read, or is not what was written.
    """
    folder = key.place(study)
    described = _described(folder)
    if described is None:
        return None
    kept = _key_in(folder, described)
    if not kept.same_but_for_versions(key, any_of):
        return None
    parts = [part for part, version in key.versions.items() if kept.versions.get(part) == version]
    if not parts:
        return None
    arrays = _arrays(folder, described)
    if arrays is None:
        return None
    return Result(kept, {part: _of_part(part, arrays) for part in parts})


def is_kept(study: Path, key: ResultKey) -> bool:
    """Whether all parts of this key are kept; their numbers are not looked at."""
    folder = key.place(study)
    try:
        described = _described(folder)
        return described is not None and _key_in(folder, described) == key
    except StudyDamaged:
        return False


def kept_digest(study: Path, key: ResultKey, *, any_of: Collection[str] = ()) -> str:
    """Of what is kept of this key, as `read_result` would find it; empty where nothing is, or it is damaged."""
    folder = key.place(study)
    try:
        described = _described(folder)
        if described is None:
            return ""
        kept = _key_in(folder, described)
    except StudyDamaged:
        return ""
    fresh = kept.same_but_for_versions(key, any_of) and kept.versions == dict(key.versions)
    return str(described.get("digest", "")) if fresh else ""


def write_result(study: Path, result: Result) -> None:
    """Keep a result in the place of what was there; whoever reads meanwhile finds one or the other."""
    from safetensors.numpy import save

    folder = result.key.place(study)
    flat = {
        f"{part}/{name}": np.ascontiguousarray(array)
        for part, arrays in result.parts.items()
        for name, array in arrays.items()
    }
    content = save(flat)
    digest = hashlib.sha256(content).hexdigest()
    file = within(study, folder / f"arrays-{digest[:LONGEST_VERSION]}.safetensors")
    with written_aside(file) as opened:
        opened.write(content)
    described = {
        **result.key.as_json(),
        "files": {file.name: digest},
    }
    write_json(within(study, folder / RESULT), with_own_digest(described))
    _sweep(folder, file.name)


@dataclass(frozen=True)
class KeptResult:
    """One entry of a study's list of results."""

    folder: Path
    key: ResultKey | None  # None where it cannot be read
    made: str = ""  # in UTC
    size: int = 0  # bytes
    files: Mapping[Path, str] = field(default_factory=dict)  # their SHA-256
    damage: str = ""  # why it cannot be read


def kept_results(study: Path, kind: str = "") -> Iterator[KeptResult]:
    """Every result that is kept, or every one of a kind, in the order of their places."""
    for file in _listed(study, kind):
        try:
            folder = within(study, file).parent
            described = _described(folder)
            if described is not None:
                key, files = _key_in(folder, described), dict([_arrays_file(folder, described)])
                yield KeptResult(folder, key, _made(file), sum(map(_size, (file, *files))), files)
        except FileNotFoundError:
            continue  # removed since it was listed
        except StudyDamaged as error:
            yield KeptResult(file.parent, None, damage=str(error))


def _listed(study: Path, kind: str) -> list[Path]:
    """The descriptions that there are, without those in folders that are being deleted."""
    top = place = study / EXPLANATIONS / kind
    if on_store(place):
        found = list(top.rglob(RESULT))
    else:  # `rglob` fails where a folder is removed meanwhile
        found = [Path(folder, RESULT) for folder, _, files in os.walk(top) if RESULT in files]
    return sorted(path for path in found if not half_written(path.relative_to(study)))


def why_stale(study: StoredStudy, kept: ResultKey, versions: Mapping[str, int]) -> str:
    """Why a kept result would not be shown, given the versions that methods have now; empty where it would."""
    names = {recorded: study.manifest.now_named(recorded) or "" for recorded in kept.datasets}
    try:
        now = {
            recorded: study[name].digest if kept.layer == LOGITS else study[name].holding(kept.layer).digest
            for recorded, name in names.items()
        }
    except (NotInStudy, StudyDamaged):
        return "a dataset that it rests on is gone"
    changed = [name for recorded, name in names.items() if kept.recordings.get(recorded) != now[recorded]]
    if changed:
        return f"{', '.join(changed)} recorded again"
    older = [part for part, version in kept.versions.items() if versions.get(part) != version]
    return f"computed by an earlier version of {', '.join(older)}" if older else ""


def remove_result(folder: Path) -> None:
    """Delete a kept result; it is computed again when it is asked for."""
    remove_folder(folder)


def _described(folder: Path) -> dict[str, Any] | None:
    """What a result says of itself; None where there is none."""
    path = folder / RESULT
    if not path.exists():
        return None
    try:
        described = read_json(path, "a stored result")
    except StudyDamaged:
        if path.exists():
            raise
        return None  # removed meanwhile
    if not is_as_written(described):
        raise StudyDamaged(f"{path} differs from what was written. {_remedy(folder)}")
    return described


def _key_in(folder: Path, described: Mapping[str, Any]) -> ResultKey:
    rest = {name: value for name, value in described.items() if name not in ("files", "digest")}
    try:
        key = ResultKey.from_json(rest)
        _check_files(described["files"])
    except (KeyError, TypeError, ValueError) as error:
        raise StudyDamaged(
            f"{folder / RESULT} does not describe a result: {error!r}. {_remedy(folder)}"
        ) from error
    return key


def _check_files(files: Any) -> None:
    """Raise ValueError unless it is the checksum of one file of arrays, by the file's name."""
    one = isinstance(files, Mapping) and len(files) == 1
    if not one or not all(
        ARRAYS.fullmatch(name) and isinstance(digest, str) for name, digest in files.items()
    ):
        raise ValueError("it does not name one file of arrays with its checksum")


def _made(file: Path) -> str:
    """By its file, so that the same result has the same bytes whenever it was made."""
    seconds = file.stat().st_mtime_ns / 1e9
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _size(file: Path) -> int:
    """In bytes; none where it is gone, as where the result was replaced meanwhile."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _arrays_file(folder: Path, described: Mapping[str, Any]) -> tuple[Path, str]:
    """The one file of arrays and its checksum, of a description that `_key_in` has looked at."""
    ((name, digest),) = described["files"].items()
    return within(folder, folder / name), digest


def _arrays(folder: Path, described: Mapping[str, Any]) -> dict[str, npt.NDArray[Any]] | None:
    """None where they are gone, as where another process has replaced them since.

    Raises `StudyDamaged` where they are not what was written.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    file, digest = _arrays_file(folder, described)
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StudyDamaged(f"{file} cannot be read: {error.strerror}. {_remedy(folder)}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise StudyDamaged(f"{file} differs from what was written. {_remedy(folder)}")
    try:
        return load(content)
    except (SafetensorError, ValueError) as error:
        raise StudyDamaged(f"{file} cannot be read: {error}. {_remedy(folder)}") from error


def _of_part(part: str, arrays: Arrays) -> dict[str, npt.NDArray[Any]]:
    own = f"{part}/"
    return {name.removeprefix(own): array for name, array in arrays.items() if name.startswith(own)}


def _sweep(folder: Path, kept: str) -> None:
    """Remove the arrays that were there before."""
    for path in folder.glob("arrays-*.safetensors"):
        if path.name != kept:
            path.unlink(missing_ok=True)


def _remedy(folder: Path) -> str:
    return f"Remove the folder {folder}; what it held is computed again when it is asked for."
