"""Checksums as a study tells them, by the names of its files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shiftscope.errors import StudyDamaged
from shiftscope.store.disk.containment import within


def checksums(folder: Path, sums: Mapping[str, str]) -> dict[Path, str]:
    """Checksums by path, of files in the folder alone: others would be read, and deleted in repairing.

    Raises
    ------
    StudyDamaged
        A name leads out of the folder, or is none.
    """
    if not isinstance(sums, Mapping):
        raise StudyDamaged(
            f"checksums in {folder} are named by {type(sums).__name__} and not by the names of files. Record the "
            "dataset again."
        )
    told = {}
    for name, digest in sums.items():
        if not Path(name).parts or ".." in Path(name).parts:
            raise StudyDamaged(
                f"there is a checksum of {name!r}, which names no file in {folder}. Record the dataset again."
            )
        told[within(folder, folder / name)] = str(digest)
    return told
