"""Names of everything in a study, and the formats that it may have; `places` says where it lies."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shiftscope.errors import BadRequest, StudyDamaged

FORMAT = 3  # of study.json and recording.json; docs/format.md says what each one is
READ_FORMATS = (1, 2, 3)
SHARD_SAMPLES = 4096
UNIT_CHUNK = 64  # units in one file of the transposed responses

MANIFEST = "study.json"
HEAD = "head.safetensors"
MAPS = "maps"
ANSWERS = "study.answers.safetensors"  # no dataset's folder is named so
RECORDING = "recording.json"
RESPONSES = "responses.zarr"
SUMMARIES = "summaries.zarr"
SAMPLES = "samples"
SHARDS = "shards"
MADE = "manifest.parquet"  # a folder of files, as readers of Parquet take one
PICTURES = "manifest.json"
CHECKSUMS = "checksums.json"
LOGITS = "logits"
NOTES = "notes.sqlite"
EXPLANATIONS = "explanations"
DERIVED = "derived"


DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))}
_REPLACED = r"(?:\.([1-9][0-9]{0,8}) )?"  # before the name of a folder, how often its recording was replaced
RESERVED = DEVICES | {"DERIVED", "EXPLANATIONS", "MAPS", "STUDY", "HEAD", "LOGITS"}


def folder_name(name: str) -> str:
    """`name` as one harmless folder name on any system; `given_name` undoes it.

    Raises
    ------
    BadRequest
        The name is empty, too long, or holds control characters.
    """
    readable = bool(name.strip()) and name.isprintable() and len(name) <= 150
    quoted = urllib.parse.quote(name, safe=" ()+,=@") if readable else ""
    if not readable or len(quoted) > 200:
        raise BadRequest(
            f"{name!r} cannot be the name of a dataset or layer: use 1 to 150 printable characters, not all blank; "
            "letters outside of ASCII count for up to twelve."
        )
    if quoted.startswith((".", " ")) or quoted.endswith((".", " ")):
        quoted = "".join(f"%{ord(c):02X}" if c in ". " else c for c in quoted)
    # Windows' devices, and our own files, would be taken for them.
    if quoted.partition(".")[0].upper() in RESERVED or quoted.casefold().startswith(NOTES):
        quoted = f"%{ord(quoted[0]):02X}{quoted[1:]}"
    return quoted


def given_name(folder: str) -> str:
    return urllib.parse.unquote(folder)


def times_replaced(folder: str, now: str) -> int:
    """How often a recording was replaced that is in `now`; ValueError where `now` is no folder of its dataset."""
    found = re.fullmatch(_REPLACED + re.escape(folder), now)
    if not found:
        raise ValueError(f"{now!r} is no folder for {folder!r}")
    return int(found[1] or 0)


def recorded_name(folder: str) -> str:
    """The name under which a dataset was recorded that is in `folder`; ValueError where none can be there."""
    found = re.fullmatch(f"{_REPLACED}(.+)", folder)
    name = given_name(found[2]) if found else ""
    if not found or folder_name(name) != found[2]:
        raise ValueError(f"{folder!r} is no folder of a dataset")
    return name


def is_folder_of(folder: str, name: str) -> bool:
    """Whether `name` is a folder of a dataset's recordings: whole, to replace another, replaced, or half deleted."""
    at = rf"(?:\.(?:new|[1-9][0-9]{{0,8}}) )?{re.escape(folder)}"
    return bool(re.fullmatch(rf"{at}|\.{at}\.[0-9a-f]{{8}}\.gone", name))


def refuse_dataset_name(name: str, taken: Sequence[str]) -> None:
    """Raise `BadRequest` where a dataset cannot be named so beside those whose names are `taken`."""
    if set(name) <= {"."} or set(name) & {"/", "\\"}:
        raise BadRequest(
            f"{name!r} cannot name a dataset, since it is part of an address: leave out slashes."
        )
    folder_name(name)
    for other in taken:
        if other != name and other.casefold() == name.casefold():
            raise BadRequest(
                f"{name!r} and {other!r} would be one folder on some systems; choose another name."
            )


def written_format(study: int) -> int:
    """The format in which a study of format `study` goes on: its own, but that 2 only adds checksums to 1."""
    return max(study, 2)


def by_older_rules(written: int) -> bool:
    """Whether what has this format goes on as formats 1 and 2 were made: without the model's answers, with one stored
    type that nothing is compared with, and for a dataset that was begun without a question of its preprocessing."""
    return written < 3


def check_format(path: Path, content: Mapping[str, Any]) -> None:
    """Raises `StudyDamaged` where a manifest or a recording is of a format that is not read."""
    if content.get("format") not in READ_FORMATS:
        raise StudyDamaged(
            f"{path} has format {content.get('format')!r}, and this shiftscope reads formats "
            f"{READ_FORMATS[0]} to {READ_FORMATS[-1]}. Open it with the version that made it."
        )
