"""What all recordings of a study share, and the file that says it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from shiftscope.category_names import checked_categories
from shiftscope.errors import BadRequest, NotInStudy, ShiftscopeError, StudyDamaged, StudyMismatch
from shiftscope.model.answer import Answer
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.store.description import Description, checked_about
from shiftscope.store.disk.atomic import (
    NO_VERSION,
    flush_names,
    read_json,
    write_json_over,
)
from shiftscope.store.disk.locks import LOCKS
from shiftscope.store.disk.object_path import on_store, study_path
from shiftscope.store.disk.self_digest import is_as_written, with_own_digest
from shiftscope.store.layout import (
    FORMAT,
    MANIFEST,
    check_format,
    folder_name,
    recorded_name,
    written_format,
)
from shiftscope.store.places import StudyPlace
from shiftscope.typed import check_types

RESTORE = "Put back a copy of it, or record into a new study."


@dataclass(frozen=True)
class Manifest:
    """What all recordings of a study share."""

    model: Mapping[str, Any]
    categories: tuple[str, ...]
    layers: tuple[RecordedLayer, ...] = ()
    reference: str = ""
    datasets: tuple[str, ...] = ()  # finished, in the order in which they are shown
    inputs: Mapping[str, Any] = field(default_factory=dict)  # shape and range of the first dataset's inputs
    answer: Answer | None = None  # None before the first dataset, and in formats that keep none
    # Of datasets that are not in the folder of their name: renamed ones, and those replaced on an object store.
    folders: Mapping[str, str] = field(default_factory=dict)
    about: str = ""  # the study
    described: Mapping[str, Description] = field(default_factory=dict)  # by dataset
    versions: Mapping[str, str] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(
        default_factory=dict
    )  # checksums of the linear maps' files, by their names
    derived: tuple[str, ...] = ()  # layers that are computed from these, in the order made
    format: int = FORMAT  # by whose rules its recordings are made

    def folder(self, dataset: str) -> str:
        """Name of the folder that a dataset is in, or that a new one of this name would be in."""
        if dataset in self.folders:
            return self.folders[dataset]
        if dataset in self.datasets:
            return folder_name(dataset)
        taken = {recorded_name(at).casefold() for at in self.folders.values()}
        taken |= {other.casefold() for other in self.datasets if other not in self.folders}
        names = (dataset if number == 1 else f"{dataset} ({number})" for number in count(1))
        return folder_name(next(name for name in names if name.casefold() not in taken))

    def recorded_as(self, dataset: str) -> str:
        """The name that everything on disk has for a dataset, whatever it was renamed to."""
        return recorded_name(self.folder(dataset))

    def now_named(self, recorded: str) -> str | None:
        """The dataset that was recorded under a name; None where there is none, or it was only begun."""
        return next((name for name in self.datasets if self.recorded_as(name) == recorded), None)

    def entered(self, dataset: str, folder: str) -> Manifest:
        """With a dataset, which is in `folder`, behind the others, or where it was."""
        there = self.datasets if dataset in self.datasets else (*self.datasets, dataset)
        return replace(self, datasets=there, folders=self._folders(dataset, folder))

    def renamed(self, dataset: str, name: str) -> Manifest:
        """With another name for a dataset, which stays in its folder."""
        folder = self.folder(dataset)
        others = replace(self, folders=self._folders(dataset))
        return replace(
            self,
            datasets=tuple(name if each == dataset else each for each in self.datasets),
            reference=name if self.reference == dataset else self.reference,
            folders=others._folders(name, folder),
            described={name if each == dataset else each: told for each, told in self.described.items()},
        )

    def removed(self, dataset: str) -> Manifest:
        """Without a dataset; where it was renamed, its folder is still told, until that is deleted."""
        return replace(
            self,
            datasets=tuple(each for each in self.datasets if each != dataset),
            described={each: told for each, told in self.described.items() if each != dataset},
        )

    def forgotten(self, dataset: str) -> Manifest:
        """Without the folder of a dataset that was removed."""
        return self if dataset in self.datasets else replace(self, folders=self._folders(dataset))

    def _folders(self, dataset: str, folder: str = "") -> dict[str, str]:
        """With a dataset's folder, where that is not the one of its name; without one where `folder` is empty."""
        others = {other: at for other, at in self.folders.items() if other != dataset}
        return others if folder in ("", folder_name(dataset)) else {**others, dataset: folder}


def create_study(
    path: str | Path,
    model: Mapping[str, Any],
    categories: Sequence[str],
    versions: Mapping[str, str],
) -> None:
    """An empty study.

    Raises
    ------
    StudyMismatch
        The path is a file, or a folder that is not empty.
    DataError
        A category's name cannot be stored.
    """
    path, categories = study_path(path), checked_categories(categories)
    if not StudyPlace(path).manifest.exists():
        refuse_taken(path)
        make_study_folder(path, private=False)
        manifest = Manifest(model=model, categories=categories, versions=versions)
        if write_manifest(path, manifest, over=NO_VERSION):
            return
    raise StudyMismatch(
        f"{path} is a study already. Open it with open_study(), or create it with exist_ok=True."
    )


def refuse_taken(path: Path) -> None:
    """Raise `StudyMismatch` where something that is no study stands at `path`."""
    if path.exists() and not path.is_dir():
        raise StudyMismatch(f"{path} is a file; a study is a folder. Choose another path.")
    found = [entry.name for entry in path.iterdir()] if path.is_dir() else []
    # A create() that was killed leaves locks, and a manifest half written.
    others = [name for name in found if name != LOCKS and not name.startswith(f".{MANIFEST}.")]
    if others and not StudyPlace(path).manifest.exists():
        raise StudyMismatch(f"{path} exists and is not empty, and is no study. Choose another path.")


def write_manifest(path: Path, manifest: Manifest, over: str | None = None) -> bool:
    """False where the manifest on an object store is not the version `over`; in a folder a lock stands for versions."""
    described = {name: told.as_json() for name, told in manifest.described.items() if told}
    content = {
        "format": written_format(manifest.format),
        "model": dict(manifest.model),
        "categories": list(manifest.categories),
        "layers": [layer.as_json() for layer in manifest.layers],
        "reference": manifest.reference,
        "datasets": list(manifest.datasets),
        "inputs": dict(manifest.inputs),
        **({"answer": manifest.answer.as_json()} if manifest.answer else {}),
        "versions": dict(manifest.versions),
        "sha256": dict(manifest.sha256),
        **({"derived": list(manifest.derived)} if manifest.derived else {}),
        **({"folders": dict(manifest.folders)} if manifest.folders else {}),
        **({"about": manifest.about} if manifest.about else {}),
        **({"described": described} if described else {}),
    }
    return write_json_over(StudyPlace(path).manifest, with_own_digest(content), over)


def _checked(folders: Mapping[str, Any]) -> dict[str, str]:
    """ValueError where a dataset is said to be in what is no folder of a dataset."""
    for dataset, folder in folders.items():
        folder_name(dataset)
        recorded_name(folder)
    return dict(folders)


def _read_manifest(path: Path, *, as_written: bool = False) -> Manifest:
    if not path.is_dir():
        raise NotInStudy(f"no study at {path}. Create one with Study.create() or `shiftscope record`.")
    file = StudyPlace(path).manifest
    content = read_json(file, "the manifest of a study")
    check_format(file, content)
    if as_written and not is_as_written(content):
        raise StudyDamaged(
            f"{file} differs from what was written, and nothing else says what that was. {RESTORE}"
        )
    try:
        if not isinstance(content["datasets"], list) or not isinstance(content["categories"], list):
            raise ValueError("its datasets or categories are no list")
        manifest = Manifest(
            model=content["model"],
            categories=checked_categories(content["categories"]),
            layers=tuple(RecordedLayer.from_json(entry) for entry in content["layers"]),
            reference=content["reference"],
            datasets=tuple(content["datasets"]),
            inputs=content["inputs"],
            answer=Answer.from_json(content["answer"]) if "answer" in content else None,
            versions=content["versions"],
            sha256={str(name): str(digest) for name, digest in content.get("sha256", {}).items()},
            derived=tuple(content.get("derived", ())),
            folders=_checked(content.get("folders", {})),
            about=checked_about(content.get("about", "")),
            described={
                name: Description.from_json(told) for name, told in content.get("described", {}).items()
            },
            format=content["format"],
        )
        check_types(manifest)
        _check_model(manifest.model)
        _check_names(manifest)
        return manifest
    except (KeyError, TypeError, ValueError, AttributeError, ShiftscopeError) as error:
        raise StudyDamaged(f"{file} is not the manifest of a study: {error!r}. {RESTORE}") from error


def _check_model(model: Mapping[str, Any]) -> None:
    """Raise ValueError or KeyError for a model without a class."""
    if not isinstance(model["class"], str) or type(model.get("parameters", 0)) is not int:
        raise ValueError("its model has no class, or no number of parameters")
    if not isinstance(model.get("settings", {}), Mapping):
        raise ValueError("its model has no settings")


def _check_names(manifest: Manifest) -> None:
    """Raise ValueError or `BadRequest` for names of datasets and layers that are none or stand twice."""
    layers = tuple(layer.name for layer in manifest.layers)
    for names in (manifest.datasets, (*layers, *manifest.derived)):
        for name in names:
            folder_name(name)
        if len(set(names)) < len(names):
            raise ValueError(f"a name stands twice among {names}")
    if len(set(map(manifest.recorded_as, manifest.datasets))) < len(manifest.datasets):
        raise ValueError("two datasets are in one folder")


def make_study_folder(path: Path, *, private: bool) -> None:
    """The study's own folder, which others may read as the umask says; its owner alone where it is private.

    What is written into it later is as private as the folder is.

    Raises
    ------
    BadRequest
        The study is on an object store, or on a system whose files have no such rights.
    """
    if private and (on_store(path) or os.name != "posix"):
        raise BadRequest(
            f"{path} cannot be made private here: "
            + (
                "who may read it is set at the object store."
                if on_store(path)
                else "set the folder's own rights."
            )
        )
    if not on_store(path):
        path.mkdir(parents=True, exist_ok=True)
        if private:
            path.chmod(0o700)
        flush_names(path.parent)
