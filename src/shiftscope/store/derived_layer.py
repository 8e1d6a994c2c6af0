"""A layer computed from a recorded one: how, from what, and the arrays that were learned for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import StudyDamaged
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.store.disk.atomic import (
    Checksums,
    checksum,
    flush_names_of,
    make_folder,
    read_json,
    write_json,
    written_aside,
)
from shiftscope.store.disk.local_copy import file_to_read
from shiftscope.store.disk.self_digest import is_as_written, with_own_digest
from shiftscope.store.layout import DERIVED, folder_name
from shiftscope.store.places import StudyPlace
from shiftscope.typed import check_types

DESCRIPTION, DICTIONARY = "derivation.json", "dictionary.safetensors"
Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class DerivedLayer:
    """Everything that decides a derived layer; the codes of each dataset are a recording of their own."""

    name: str
    behind: str  # the recorded layer that it is computed from
    kind: str
    units: int
    settings: Mapping[str, Any]  # parameters of its kind
    fitted_on: str  # dataset, by the name that it was recorded under
    rows: int  # samples that it was fitted on
    split: str  # which these are
    recording: str  # digest of that dataset's recording
    sha256: str  # of the file of what was learned
    positions: bool = False  # codes are made at each position of the layer, and pooled as it is
    versions: Mapping[str, str] = field(default_factory=dict)
    fit_report: Mapping[str, Any] = field(
        default_factory=dict
    )  # how well it tells responses; None for no number

    @property
    def digest(self) -> str:
        """Of all that decides the codes of a response."""
        told = {name: value for name, value in asdict(self).items() if name not in ("versions", "fit_report")}
        if not self.positions:
            del told["positions"]  # as of layers that were derived before there was a choice
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def layer(self) -> RecordedLayer:
        """As the layers beside it are described."""
        return RecordedLayer(
            name=self.name,
            module=self.behind,
            module_type=self.kind,
            kind="feature",
            pool="none",
            units=self.units,
            shape=(self.units,),
            item=None,
            call=0,
            rectify=False,
            channel_axis=1,
            prefix_tokens=0,
            side="derived",
        )

    def fingerprint(self, behind: str) -> str:
        """Of the codes of a recording whose digest is `behind`."""
        return hashlib.sha256(f"{self.digest}|{behind}".encode()).hexdigest()


def folder_of(place: StudyPlace, layer: str) -> Path:
    return place.file(DERIVED, "layers", folder_name(layer))


def read_derived(place: StudyPlace, name: str) -> DerivedLayer | None:
    """None where there is no such layer any more.

    Raises
    ------
    StudyDamaged
        What describes it is not what was written.
    """
    path = place.file(DERIVED, "layers", folder_name(name), DESCRIPTION)
    if not path.exists():
        return None
    told = read_json(path, "a derived layer")
    try:
        if not is_as_written(told):
            raise ValueError("it differs from what was written")
        derived = DerivedLayer(
            **{key: value for key, value in told.items() if key not in ("digest", "format")}
        )
        check_types(derived)
        if derived.name != name or not 0 < derived.units < 2**31:
            raise ValueError(f"it is of {derived.name!r} with {derived.units} units")
    except (TypeError, ValueError) as error:
        raise StudyDamaged(f"{path} does not describe a derived layer: {error}. Derive it again.") from error
    return derived


def name_of_set(
    derived: Mapping[str, DerivedLayer], start: str, dataset: str, is_of_set: Callable[[DerivedLayer], bool]
) -> str:
    """That of the layer that is of this set, whatever the set was called when it was made; where there is none, one
    that no other set's layer has.

    Parameters
    ----------
    start
        Of the name, which ends in what the dataset is called.
    """
    there = (name for name, each in derived.items() if name.startswith(start) and is_of_set(each))
    wanted = f"{start}{dataset}"
    free = (
        name
        for name in (wanted, *map(f"{wanted}~{{}}".format, range(2, len(derived) + 3)))
        if name not in derived
    )
    return next(there, None) or next(free)


def write_derived(place: StudyPlace, derived: DerivedLayer) -> None:
    """Its description; what was learned is there already."""
    folder = folder_of(place, derived.name)
    write_json(folder / DESCRIPTION, with_own_digest(asdict(derived)))
    flush_names_of([folder / DESCRIPTION])


def read_learned(place: StudyPlace, derived: DerivedLayer, behind: int) -> dict[str, npt.NDArray[Any]]:
    """What was learned for a derived layer, by name.

    Raises
    ------
    StudyDamaged
        It is not what was written, or not for a layer of `behind` units.
    """
    from safetensors import SafetensorError, safe_open

    path = place.file(DERIVED, "layers", folder_name(derived.name), DICTIONARY)
    try:
        if checksum(path) != derived.sha256:
            raise ValueError("it differs from what was written")
        with file_to_read(path) as here, safe_open(here, "numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        atoms, mean = arrays["components_"], arrays["mean_"]
        if atoms.shape != (derived.units, behind) or mean.shape != (behind,):
            raise ValueError(f"atoms of shape {atoms.shape} and a mean of shape {mean.shape}")
        if not all(array.dtype.kind == "f" and np.isfinite(array).all() for array in (atoms, mean)):
            raise ValueError("its atoms or its mean are not all finite numbers")
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise StudyDamaged(f"{path} cannot be read as what a derived layer has learned: {error}.") from error
    return arrays


def write_learned(place: StudyPlace, name: str, arrays: Arrays) -> str:
    """Its SHA-256."""
    from safetensors.numpy import save

    folder = folder_of(place, name)
    make_folder(folder)
    sums: Checksums = {}
    path = folder / DICTIONARY
    with written_aside(path, sums) as file:
        file.write(save({key: np.ascontiguousarray(array) for key, array in arrays.items()}))
    flush_names_of([path])
    return sums[path]
