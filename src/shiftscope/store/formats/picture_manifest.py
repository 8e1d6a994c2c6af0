"""`manifest.json`: of what a set of pictures was made and how, so that it can be made again and compared."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from shiftscope.errors import DataError, StudyDamaged
from shiftscope.shard import SHIFTS
from shiftscope.store.disk.atomic import Checksums, flush, read_json, write_json
from shiftscope.store.disk.self_digest import is_as_written, with_own_digest

FORMAT = 1


def picture_manifest(described: Mapping[str, Any], fingerprint: str, samples: int) -> dict[str, Any]:
    """What is told of a set whose `described` names shifts or cues.

    Parameters
    ----------
    described
        As the dataset says of itself.
    fingerprint
        Of the set.
    """
    generators = described[SHIFTS]
    source = {key: value for key, value in described.items() if key not in (SHIFTS, "told")}
    return {
        "format": FORMAT,
        "generators": generators,
        "source": {"fingerprint": generators[0].get("made_from"), "description": source},
        "preprocess": described.get("preprocess"),
        "fingerprint": fingerprint,
        "samples": samples,
        "versions": reader_versions(),
    }


def write_picture_manifest(
    path: Path, described: Mapping[str, Any], fingerprint: str, samples: int, sums: Checksums
) -> None:
    """Write it, but leave one that is there and whole: its versions are those that the pictures were made with."""
    try:
        there = read_json(path, "a manifest") if path.exists() else {}
    except StudyDamaged:
        there = {}
    if there.get("fingerprint") == fingerprint and is_as_written(there):
        flush(path, sums)
        return
    write_json(path, with_own_digest(picture_manifest(described, fingerprint, samples)), sums)


def read_picture_manifest(path: Path) -> dict[str, Any]:
    """Raises `DataError` where it cannot be read, was changed, or is of another format."""
    try:
        read = read_json(path, "a manifest")
        if read.get("format") != FORMAT:
            raise DataError(
                f"{str(path)!r} has format {read.get('format')!r}, and this shiftscope reads {FORMAT}. Use the release "
                "that made it."
            )
        generators, source = read["generators"], read["source"]
        if not (is_as_written(read) and isinstance(generators, list) and generators):
            raise DataError(f"{str(path)!r} differs from what was written.")
        if not isinstance(source["description"], dict) or not isinstance(read["versions"], dict):
            raise DataError(f"{str(path)!r} does not say of what its pictures were made.")
    except (StudyDamaged, KeyError, TypeError) as error:
        raise DataError(f"{str(path)!r} cannot be read as a manifest of pictures: {error}") from error
    return read


def reader_versions() -> dict[str, str]:
    """Of what reads pictures and computes with them."""
    from PIL import features

    turbo = features.version_feature("libjpeg_turbo")
    return {
        "shiftscope": version("shiftscope"),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "scipy": version("scipy"),
        "pillow": version("pillow"),
        "libjpeg": f"libjpeg-turbo {turbo}" if turbo else str(features.version("jpg")),
    }
