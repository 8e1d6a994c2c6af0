"""Fits of a dictionary that is not whole yet, kept so that what was stopped goes on."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.store.disk.atomic import make_folder, remove_folder, written_aside
from shiftscope.store.disk.local_copy import file_to_read
from shiftscope.store.layout import DERIVED, folder_name
from shiftscope.store.places import StudyPlace

LONGEST_VERSION = 12  # digits of a file's digest in its name
NAME = re.compile(r"fit-(\d+)-([0-9a-f]{12})\.safetensors")

Arrays = Mapping[str, npt.NDArray[Any]]
Told = dict[str, str | int]


class BegunFits:
    """Finished fits of one derived layer; of other data or settings nothing is found."""

    def __init__(self, place: StudyPlace, layer: str, decided_by: Mapping[str, Any]) -> None:
        digest = hashlib.sha256(json.dumps(decided_by, sort_keys=True).encode()).hexdigest()
        self._all = place.file(DERIVED, "fits", folder_name(layer))
        self._folder = self._all / digest[:LONGEST_VERSION]

    def read(self, number: int) -> tuple[dict[str, npt.NDArray[Any]], Told] | None:
        """What a fit has learned, and what it says in words and whole numbers; None where it is not there whole."""
        from safetensors import SafetensorError, safe_open

        if not self._folder.exists():
            return None
        for path in sorted(self._folder.iterdir()):
            named = NAME.fullmatch(path.name)
            if not named or int(named[1]) != number:
                continue
            try:
                if hashlib.sha256(path.read_bytes()).hexdigest()[:LONGEST_VERSION] != named[2]:
                    continue
                with file_to_read(path) as here, safe_open(here, "numpy") as file:
                    arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                    return arrays, json.loads((file.metadata() or {}).get("told", "{}"))
            except (SafetensorError, OSError, ValueError):
                continue
        return None

    def write(self, number: int, arrays: Arrays, told: Told) -> None:
        from safetensors.numpy import save

        content = save(
            {name: np.ascontiguousarray(array) for name, array in arrays.items()},
            metadata={"told": json.dumps(told)},
        )
        make_folder(self._folder)
        digest = hashlib.sha256(content).hexdigest()[:LONGEST_VERSION]
        with written_aside(self._folder / f"fit-{number}-{digest}.safetensors") as file:
            file.write(content)

    def remove(self) -> None:
        """All of this layer, whatever they were decided by."""
        remove_folder(self._all)
