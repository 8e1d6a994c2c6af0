"""A `.model` file: the layers of a network and how many units each has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shiftscope.errors import BadRequest, DataError, LayerNotFound, closest
from shiftscope.interop.deephys.cbor_reader import CborReader
from shiftscope.store.layout import folder_name

KEYS = ("name", "suffix", "layers", "classification_layer")
IMPLIED = "classification"  # the layer that gives the logits, in files that do not say which
MOST_LAYERS = 2**12
MOST_UNITS = 2**18  # in all layers together: the summaries of more would not fit an ordinary memory
MOST_PROFILES = 2**26  # units times categories; half a gigabyte of sums


@dataclass(frozen=True)
class ModelFile:
    """What a `.model` file says."""

    path: Path
    name: str
    layers: Mapping[str, int]  # name -> units, in the order of the responses in `.test` files
    classification_layer: str
    sha256: str

    @property
    def categories(self) -> int:
        return self.layers[self.classification_layer]

    def as_json(self) -> dict[str, Any]:
        """The model of a study made from these files."""
        return {
            "class": f"{self.name or self.path.stem} (Deephys)",
            "file": self.path.name,
            "file_sha256": self.sha256,
            "name": self.name,
            "layers": dict(self.layers),
            "classification_layer": self.classification_layer,
        }


def read_model_file(path: Path, classification_layer: str | None = None) -> ModelFile:
    """The model in a `.model` file of any version of Deephys.

    Parameters
    ----------
    classification_layer
        The layer that gives the logits, for files that do not say which.

    Raises
    ------
    DataError
        There is no such file, or (`FileDamaged`) it is not what Deephys writes, or too large to summarise.
    LayerNotFound
        The classification layer is not among the layers.
    """
    with opened(path) as reader:
        found: dict[str, Any] = {}
        for key in keys(reader, KEYS, "a Deephys model", needed=("name", "layers")):
            found[key] = _layers(reader) if key == "layers" else _words(reader, key)
        reader.end()
    named = classification_layer or found.get("classification_layer") or IMPLIED
    layers: dict[str, int] = found["layers"]
    if not layers.get(named):
        raise LayerNotFound(
            f"the classification layer {named!r} is no layer with units of {path}; closest: {closest(named, layers)}. "
            f"Say which gives the logits, classification_layer=...; there are: {', '.join(layers)}."
        )
    if sum(layers.values()) * layers[named] > MOST_PROFILES:
        raise DataError(
            f"{path} has {sum(layers.values())} units and {layers[named]} categories: their mean responses would "
            f"be {sum(layers.values()) * layers[named]} numbers, and at most {MOST_PROFILES} are stored."
        )
    suffix = found.get("suffix")
    name = f"{found['name'] or ''}_{suffix}" if suffix else found["name"] or ""
    return ModelFile(path, name, layers, named, sha256(path))


@contextmanager
def opened(path: Path, offset: int = 0) -> Iterator[CborReader]:
    """A reader of a file; `DataError` where there is none."""
    if not path.is_file():  # a pipe would be waited for
        raise DataError(f"{path} is a folder or not there; Deephys' files end in .model and .test.")
    try:
        with path.open("rb") as file:
            yield CborReader(file, str(path), offset)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}.") from error


def keys(
    reader: CborReader, allowed: tuple[str, ...], what: str, *, needed: tuple[str, ...], last: str = ""
) -> Iterator[str]:
    """The keys of the map that begins here; the caller reads each value before it asks for the next key."""
    at = reader.offset
    seen: set[str] = set()
    pairs = reader.map(what)
    for pair in range(pairs):
        key_at = reader.offset
        key = reader.text(f"a key of {what}")
        if key in seen or key not in allowed or (key == last and pair != pairs - 1):
            expected = f"the keys of {what}, each once" + (f" and {last!r} last" if last else "")
            raise reader.broken(key_at, f"the key {key[:40]!r}", f"{expected}: {', '.join(allowed)}")
        seen.add(key)
        yield key
    if missing := [key for key in needed if key not in seen]:
        raise reader.broken(
            at, f"{what} with {', '.join(sorted(seen)) or 'nothing'}", f"also {', '.join(missing)}"
        )


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _words(reader: CborReader, key: str) -> str | None:
    return None if reader.null() else reader.text(f"text under {key!r}, or null")


def _layers(reader: CborReader) -> dict[str, int]:
    layers: dict[str, int] = {}
    at = reader.offset
    count = reader.array("the list of layers")
    if count > MOST_LAYERS:
        raise reader.broken(at, f"{count} layers", f"at most {MOST_LAYERS}")
    for index in range(count):
        what, at = f"layer {index}", reader.offset
        name, units = "", 0
        for key in keys(reader, ("layerID", "neurons"), what, needed=("layerID", "neurons")):
            if key == "layerID":
                name = _layer_name(reader, what, layers)
            else:
                units = _neurons(reader, what)
        layers[name] = units
        if sum(layers.values()) > MOST_UNITS:
            raise reader.broken(
                at, f"layer {name!r} of {units} neurons", f"at most {MOST_UNITS} in all layers"
            )
    return layers


def _layer_name(reader: CborReader, what: str, taken: Mapping[str, int]) -> str:
    at = reader.offset
    name = reader.text(f"the name of {what}")
    try:
        folder_name(name)
    except BadRequest:
        raise reader.broken(
            at, f"{name[:40]!r} as the name of {what}", "1 to 150 printable characters"
        ) from None
    if name.casefold() in map(str.casefold, taken):
        raise reader.broken(at, f"{name!r} as the name of {what}, as of an earlier one", "another name")
    return name


def _neurons(reader: CborReader, what: str) -> int:
    at = reader.offset
    count = reader.array(f"the neurons of {what}")
    if count > MOST_UNITS:
        raise reader.broken(at, f"{count} neurons", f"at most {MOST_UNITS} in all layers")
    for neuron in range(count):
        at = reader.offset
        if pairs := reader.map(f"neuron {neuron} of {what}, an empty map"):
            raise reader.broken(at, f"a map of {pairs}", f"neuron {neuron} of {what}, an empty map")
    return count
