"""A file of `torch.export`, read without running code that somebody put into it."""

from __future__ import annotations

import io
import json
import pickle
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from shiftscope.errors import ModelError

# What is never unpickled: numbers and names that describe the archive, and text of the user's own.
_PLAIN = re.compile(
    r"(.*/)?(archive_format|archive_version|byteorder|version|serialization_id)|(.*/)?extra(_files)?/.*"
)
_CONFIG = re.compile(r"(?:.*/)?data/(weights|constants)/[^/]*_\1_config\.json")
_OBJECTS = "custom_obj_", "opaque_obj_"
_NATIVE = re.compile(r"(.*/)?data/aotinductor/.*")

# torch looks up the name of an operator from `torch` on, where it finds all of Python ("torch.os.system").
_OPERATOR = re.compile(
    r"torch\.ops\.(?:aten|prims|torchvision|quantized|quantized_decomposed)"
    r"\.(?!__|from_file\b|save\b)\w+(?:\.\w+)?"
    r"|torch\.ops\.aten\.__i?(?:and|or|xor|lshift|rshift)__(?:\.\w+)?"
    r"|torch\.ops\.higher_order\.(?:wrap_with_\w+|cond|map_impl|scan|while_loop|associative_scan)"
    r"|_operator\.(?:getitem|add|sub|mul|truediv|floordiv|mod|pow|neg|pos|eq|ne|lt|le|gt|ge|and_|or_|xor|not_|invert)"
    r"|torch\._?sym_\w+|math\.[a-z]\w*"
)
# Sizes are read as SymPy reads text, which evaluates it: arithmetic with symbols, but no attribute and no other text.
_BETWEEN_WORDS = re.compile(r"[-+*/%(), <>=&|~]+")
_WORD = re.compile(
    r"(?:(?!\w*__)[A-Z]\w*|'?[a-z]{1,4}\d+'?|\d+(?:\.\d+)?|int_oo|oo|floor|ceiling|positive|integer)?"
)
_IMPORTS = "__enum__", "default_factory_module"  # names of modules that reading a structure imports


def load_exported(path: Path) -> nn.Module:
    """The model in a `.pt2` file, as modules by their names.

    Raises
    ------
    ModelError
        The file cannot be read, or holds more than tensors and their operators: a pickle that makes other objects,
        native code, a call out of torch's operators.
    """
    content = path.read_bytes()
    try:
        _check(content)
        return torch.export.unflatten(torch.export.load(io.BytesIO(content)))
    except ModelError as error:
        raise ModelError(
            f"{str(path)!r} is not loaded: {error}. Export it again with tensors as example inputs; or, if you trust "
            "it, load it in a module of your own and name that, as package.module:callable."
        ) from error
    except Exception as error:  # torch raises a dozen kinds for a foreign file
        raise ModelError(
            f"cannot read a model from {str(path)!r}: {type(error).__name__}: {error}."
        ) from error


def _check(content: bytes) -> None:
    """Raise `ModelError` for anything in the archive that would run code when it is loaded, or the model run."""
    members = [*_members_as_torch_reads(content), *_members_as_zipfile_reads(content)]
    if not members:
        raise ModelError("it is no archive of torch.export")
    numbers = _raw_tensors(members)
    for name, held in members:
        if _NATIVE.fullmatch(name):
            raise ModelError(f"{name!r} is native code")
        if name.casefold() in numbers or _PLAIN.fullmatch(name):
            continue
        written = _as_json(held)
        if written is None:
            _check_pickle(name, held)
        else:
            _check_written(name, written)


def _members_as_torch_reads(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The two readers of an archive may see different things in it, and both are used, by version of the file."""
    try:
        reader = torch._C.PyTorchFileReader(io.BytesIO(content))
        names = reader.get_all_records()
    except RuntimeError:
        return
    for name in names:
        yield name, reader.get_record(name)


def _members_as_zipfile_reads(content: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        return
    for entry in archive.infolist():
        yield entry.filename, archive.read(entry)


def _raw_tensors(members: list[tuple[str, bytes]]) -> set[str]:
    """Names, in small letters, of the members that every list of tensors calls plain numbers."""
    raw: set[str] = set()
    others: set[str] = set()
    for name, held in members:
        if not _CONFIG.fullmatch(name):
            continue
        for payload in _as_json(held)["config"].values():
            if payload["path_name"].startswith(_OBJECTS):
                raise ModelError(f"{payload['path_name']!r} is an object that is no tensor")
            place = f"{name.rpartition('/')[0]}/{payload['path_name']}".casefold()
            plain = payload.get("use_pickle") is False and not place.endswith(".pt")
            (raw if plain else others).add(place)
    return raw - others


def _as_json(held: bytes | str) -> Any:
    """What it says; None where it is no JSON."""
    try:
        return json.loads(held)
    except (ValueError, RecursionError):
        return None


def _check_pickle(name: str, held: bytes) -> None:
    try:
        torch.load(io.BytesIO(held), map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        reason = str(error).partition("WeightsUnpickler error: ")[2].partition("\n")[0] or "it is no tensor"
        raise ModelError(f"{name!r} holds a pickle that is not of tensors alone ({reason})") from error


def _check_written(name: str, written: Any) -> None:
    """Raise `ModelError` for names that would be looked up or imported, and text that would be evaluated."""
    if isinstance(written, dict):
        for key, value in written.items():
            if key in _IMPORTS:
                raise ModelError(f"{name!r} imports a module by {key!r}")
            if key in ("target", "as_operator") and isinstance(value, str) and not _OPERATOR.fullmatch(value):
                raise ModelError(f"{name!r} calls {value[:80]!r}, which is no operator on tensors")
            if key == "expr_str" and not all(map(_WORD.fullmatch, _BETWEEN_WORDS.split(str(value)))):
                raise ModelError(f"{name!r} has {str(value)[:80]!r} for a size")
            _check_written(name, value)
    elif isinstance(written, list):
        for value in written:
            _check_written(name, value)
    elif isinstance(written, str) and written.lstrip()[:1] in ("{", "[", '"'):
        _check_written(name, _as_json(written))  # structures are kept as JSON within JSON
