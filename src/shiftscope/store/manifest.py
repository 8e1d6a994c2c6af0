"""What all recordings of a study share, and the file that says it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shiftscope.category_names import checked_categories
from shiftscope.errors import BadRequest, NotInStudy, ShiftscopeError, StudyDamaged, StudyMismatch
from shiftscope.model.answer import Answer
from shiftscope.model.recorded_layer import RecordedLayer
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
    times_replaced,
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
    datasets: tuple[str, ...] = ()  # finished, in the order recorded
    inputs: Mapping[str, Any] = field(default_factory=dict)  # shape and range of the first dataset's inputs
    answer: Answer | None = None  # None before the first dataset, and in formats that keep none
    # Of datasets that are not in the folder of their name, as they are once replaced on an object store.
    folders: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(
        default_factory=dict
    )  # checksums of the linear maps' files, by their names
    derived: tuple[str, ...] = ()  # layers that are computed from these, in the order made
    format: int = FORMAT  # by whose rules its recordings are made


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
    }
    return write_json_over(StudyPlace(path).manifest, with_own_digest(content), over)


def _checked(folders: Mapping[str, Any]) -> dict[str, str]:
    """ValueError where a dataset is said to be in a folder that is not made for it."""
    for dataset, folder in folders.items():
        times_replaced(folder_name(dataset), folder)
    return dict(folders)


def _read_manifest(path: Path, *, as_written: bool = False) -> Manifest:
    if not path.is_dir():
        raise NotInStudy(f"no study at {path}. Create one with Study.create() or `shiftscope record`.")
    file = StudyPlace(path).manifest
    content = read_json(file, "the manifest of a study")
    check_format(file, content)
    if as_written and not is_as_written(content):
        raise StudyDamaged(
            f"{file} differs from what was written, and nothing else tells what that was. {RESTORE}"
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
