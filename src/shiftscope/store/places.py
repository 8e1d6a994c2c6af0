"""Where everything of a study and of its recordings lies, on a disk or on an object store."""

from __future__ import annotations

import dataclasses
import math
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shiftscope.store.disk.atomic import put_in_place_of, remove_folder, sweep_files, sweep_folder
from shiftscope.store.disk.checksums import checksums
from shiftscope.store.disk.containment import within
from shiftscope.store.disk.locks import files_of, held, recording_lock
from shiftscope.store.disk.object_path import on_store
from shiftscope.store.layout import (
    ANSWERS,
    CHECKSUMS,
    DERIVED,
    HEAD,
    LOGITS,
    MADE,
    MANIFEST,
    MAPS,
    NOTES,
    PICTURES,
    RECORDING,
    RESPONSES,
    SAMPLES,
    SHARDS,
    SUMMARIES,
    folder_name,
    given_name,
    is_folder_of,
    recorded_name,
    times_replaced,
)

NEW = ".new "  # before the name of a folder whose recording is to take the place of another
Orientation = Literal["by_sample", "by_unit"]


@dataclass(frozen=True)
class StudyPlace:
    """A study's own files; one that a link leads to out of the study is refused with `StudyDamaged`."""

    root: Path

    def file(self, *names: str) -> Path:
        return within(self.root, self.root.joinpath(*names))

    @property
    def manifest(self) -> Path:
        return self.file(MANIFEST)

    @property
    def head(self) -> Path:
        return self.file(HEAD)

    @property
    def answers(self) -> Path:
        return self.file(ANSWERS)

    @property
    def notes(self) -> Path:
        return self.file(NOTES)

    def maps(self) -> list[Path]:
        """Files of linear maps, in the order of their names."""
        folder = self.root / MAPS
        return [self.file(MAPS, path.name) for path in sorted(folder.glob("*.safetensors"))]

    @property
    def on_store(self) -> bool:
        return on_store(self.root)

    def is_there(self) -> bool:
        """An object store is not asked."""
        return self.on_store or (self.root / MANIFEST).exists()

    def begun(self) -> set[str]:
        """Datasets with a recording, whole or not."""
        folders = (path.parent.name for path in self.root.glob(f"*/{RECORDING}"))
        return {given_name(folder) for folder in folders if not folder.startswith(".")}

    def sweep(self) -> None:
        """Remove files that killed processes left half written; not while another process writes here."""
        for folder in (self.root, self.file(MAPS)):
            sweep_files(folder)


@dataclass(frozen=True)
class RecordingPlace:
    """A dataset's folder, and everything in it; what a link leads to out of the study is refused.

    Parameters
    ----------
    root
        Folder of the study.
    at
        Name of the dataset's folder, where that is not the dataset's own.
    renamed_from
        The name that it was recorded under, by which everything on disk knows it, where it has another one now.
    behind
        Of a derived layer's codes: the recording that they are of, which has the samples.
    contained
        False for places that are named and not opened, as of a file that is told to lead out.

    Raises
    ------
    StudyDamaged
        The folder, or what is asked for in it, leads out of the study or is no file or folder.
    BadRequest
        No folder can have the dataset's name.
    """

    root: Path
    dataset: str
    at: str = ""
    contained: bool = True
    renamed_from: str = ""
    behind: RecordingPlace | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", self.at or self.own)
        self._inside()

    @classmethod
    def found(cls, root: Path, dataset: str, at: str = "") -> RecordingPlace:
        """Where a dataset is, or would be: `at` is what the manifest says.

        After a stop just before a recording took its place, it is still where it was written.
        """
        recorded = recorded_name(at) if at else dataset
        place = cls(root, dataset, at, renamed_from="" if recorded == dataset else recorded)
        if place.on_store or place.at != place.own:
            return place
        new = place.replacement
        return new if new.folder.exists() and not place.folder.exists() else place

    def of_derived(self, layer: str) -> RecordingPlace:
        """Where the codes of this recording are that a derived layer has."""
        at = "/".join((DERIVED, "layers", folder_name(layer), self.own))
        return dataclasses.replace(
            self, at=at, contained=True, behind=dataclasses.replace(self, contained=True)
        )

    @property
    def recorded_as(self) -> str:
        """The name that the dataset was recorded under, which it keeps on disk whatever it is called."""
        return self.renamed_from or self.dataset

    @property
    def own(self) -> str:
        """Name of the dataset's own folder, and of its locks."""
        return folder_name(self.recorded_as)

    @property
    def folder(self) -> Path:
        return self.root / self.at

    @property
    def on_store(self) -> bool:
        return on_store(self.root)

    @property
    def names(self) -> RecordingPlace:
        """The same, to name files that are not opened."""
        return dataclasses.replace(self, contained=False)

    @property
    def description(self) -> Path:
        return self._inside(RECORDING)

    @property
    def checksums(self) -> Path:
        return self._inside(CHECKSUMS)

    @property
    def arrays(self) -> Path:
        """Folder of the responses and logits."""
        return self._inside(RESPONSES)

    def responses(self, layer: str, orientation: Orientation | Literal[""] = "") -> Path:
        """One of the two arrays of a layer's responses, or the folder of both."""
        return self._inside(RESPONSES, folder_name(layer), orientation)

    @property
    def logits(self) -> Path:
        return self._inside(RESPONSES, LOGITS)

    @property
    def summaries(self) -> Path:
        return self._inside(SUMMARIES)

    def summary(self, layer: str, name: str) -> Path:
        return self._inside(SUMMARIES, folder_name(layer), name)

    def samples(self, shard: int) -> Path:
        if self.behind:
            return self.behind.samples(shard)
        return self._inside(SAMPLES, f"{shard:05d}.arrow")

    def made(self, shard: int) -> Path:
        """How the pictures of a shard were made of others, where they were."""
        return self._inside(MADE, f"{shard:05d}.parquet")

    @property
    def picture_manifest(self) -> Path:
        """Of what all pictures were made, and how, where they were made of others."""
        return self._inside(PICTURES)

    def all_samples(self, shards: int) -> Iterable[Path]:
        """Of all shards: a list where they are fetched together, else one by one, however many a plan claims."""
        files = map(self.samples, range(shards))
        return list(files) if self.on_store else files

    def done(self, shard: int) -> Path:
        """The file that says that a shard is whole."""
        return self._inside(SHARDS, f"{shard:05d}.done")

    def partial(self, shard: int, shards: int = 1) -> Path:
        """Summaries of one shard, or of a run of `shards` that begins with it, kept until all are merged."""
        return self._inside(SHARDS, f"{shard:05d}{f'+{shards}' if shards > 1 else ''}.summaries")

    def partials(self) -> Iterable[Path]:
        return (self.folder / SHARDS).glob("*.summaries")

    def contents(self) -> Iterator[Path]:
        """What a whole recording has checksums of: all its files but the description and those beside the shards."""
        for path in self.folder.rglob("*"):
            if path.is_file() and path.parent.name != SHARDS and path.name != RECORDING:
                yield path

    def shard_of(self, file: Path) -> int | None:
        """The shard that a file was written with; None for what comes from all of them."""
        parts = file.relative_to(self.folder).parts
        if parts[0] in (SAMPLES, MADE) or (parts[0] == SHARDS and file.suffix == ".done"):
            return _number(file.stem)
        if parts[0] == RESPONSES and parts[-4:-3] and parts[-3] == "c" and parts[-4] in ("by_sample", LOGITS):
            return _number(parts[-2])
        return None

    def named(self, sums: Mapping[Path, str]) -> dict[str, str]:
        """Checksums by the names of files in the folder; `files` undoes it."""
        return {path.relative_to(self.folder).as_posix(): digest for path, digest in sorted(sums.items())}

    def files(self, sums: Mapping[str, str]) -> dict[Path, str]:
        """Checksums by path; raises `StudyDamaged` where one is told of a file that is not in the folder."""
        return checksums(self.folder, sums)

    def missing(self, files: Iterable[Path]) -> list[Path]:
        """Those that are not there; an object store is asked for all at once."""
        folder = self.folder
        if on_store(folder):
            there = set[object](folder.below())
            return [file for file in files if file not in there]
        return [file for file in files if not file.is_file()]

    def free_bytes(self) -> float:
        """Room on its disk, whose folder is there; infinite on an object store."""
        return math.inf if self.on_store else shutil.disk_usage(self.folder).free

    def sweep(self) -> None:
        """Remove what killed processes left behind; not while another process writes here."""
        if not self.on_store:
            sweep_folder(self.folder)

    def lock(self, rank: int | None = None) -> AbstractContextManager[None]:
        """Let one process record the dataset, or the ranks of one launch; raises `StudyBusy`."""
        return recording_lock(self.root, self.own, rank)

    def files_lock(self) -> AbstractContextManager[bool]:
        """Held for a moment by one of those that record together."""
        return held(self.root, files_of(self.own))

    @property
    def replacement(self) -> RecordingPlace:
        """Where a recording is written that is to replace the one here, which stays until the new one is whole.

        On an object store, where nothing can be renamed, it stays there, the manifest says so, and its name is never
        used again: a reader of what was before finds nothing rather than something else.
        """
        own = self.own
        at = f".{times_replaced(own, self.at) + 1} {own}" if self.on_store else f"{NEW}{own}"
        return dataclasses.replace(self, at=at)

    @property
    def waits(self) -> bool:
        """Whether a replacement was stopped here just before it took its place."""
        return not self.on_store and self.at == f"{NEW}{self.own}"

    def settled(self) -> RecordingPlace:
        """Where a recording that is whole is from now on: in the dataset's own folder, if it can be renamed."""
        if not self.waits:
            return self
        place = dataclasses.replace(self, at=self.own)
        put_in_place_of(self.folder, place.folder)
        place.sweep()
        return place

    def remove_others(self) -> None:
        """Folders of the dataset's earlier recordings."""
        for folder in list(self.root.iterdir()):
            with suppress(ValueError):
                times_replaced(self.own, folder.name)
                if folder != self.folder:
                    remove_folder(folder)

    def folders(self) -> list[Path]:
        """All that there is of the dataset's recordings, the one that counts last."""
        found = [folder for folder in self.root.iterdir() if is_folder_of(self.own, folder.name)]
        return sorted(found, key=lambda folder: folder == self.folder)

    def _inside(self, *names: str) -> Path:
        path = self.folder.joinpath(*names)
        return within(self.root, path) if self.contained else path


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
