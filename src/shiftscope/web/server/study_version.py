"""What the pages of a study depend on, in a form that is quick to compare."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path

from shiftscope.errors import ShiftscopeError
from shiftscope.store.derived_layer import DESCRIPTION
from shiftscope.store.disk.object_path import on_store
from shiftscope.store.layout import DERIVED, EXPLANATIONS, HEAD, MANIFEST, NOTES, RECORDING
from shiftscope.store.results import RESULT
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.viewed_study import jobs_of

CHANGES = slice(24, 28)  # SQLite's count of transactions, in the first bytes of its file
LOOKED_AT_EVERY = 1.0  # seconds


class StudyVersion:
    """Differs once anything differs that pages show: at once for notes and jobs, within a second for the rest.

    Notes and jobs come from these pages, and the page that comes back must show them. The rest is written by other
    commands, in files of which there may be many.
    """

    def __init__(self, study: object, clock: Callable[[], float] = time.monotonic) -> None:
        self.study = study
        self.clock = clock
        self._looked = float("-inf")
        self._jobs = 0  # changes seen
        # As it was opened: what came before the first page was asked for is to be read as well.
        self._rest: Hashable = _files(study.path) if isinstance(study, StoredStudy) else None

    def now(self) -> Hashable:
        """None where it cannot be told, as for a study that lies in no folder."""
        if not isinstance(self.study, StoredStudy):
            return None
        asked = jobs_of(self.study)
        jobs = asked.changes if asked else 0
        if jobs != self._jobs or self.clock() - self._looked > LOOKED_AT_EVERY:
            self._jobs = jobs
            self._looked = self.clock()
            before, self._rest = self._rest, _files(self.study.path)
            if before != self._rest:
                self._read_again(self.study)
        # A manifest that was read anew comes with recordings that are read anew.
        return id(self.study.manifest), _notes(self.study.path / NOTES), self._rest, jobs

    @staticmethod
    def _read_again(study: StoredStudy) -> None:
        """What other processes have recorded or derived; a manifest that cannot be read is told by the pages."""
        with suppress(ShiftscopeError, OSError):
            study.read_again()


def _notes(path: Path) -> Hashable:
    """Counts transactions, since two of them may share a time and a size."""
    if on_store(path):  # where these pages save none
        return None
    try:
        if not path.is_file():  # a pipe would be waited for
            return None
        with path.open("rb") as file:
            return file.read(CHANGES.stop)[CHANGES], _stat(path), _stat(path.with_name(f"{NOTES}-wal"))
    except OSError:
        return None


def _files(study: Path) -> Hashable:
    if on_store(study):  # four requests; a recording that changes is one that the manifest says has changed
        below = (study / EXPLANATIONS).versions() | (study / DERIVED).versions()
        kept = tuple(sorted(below.items()))
        return (study / MANIFEST).version(), (study / NOTES).version(), kept
    derived = f"{DERIVED}/layers/*/{DESCRIPTION}", f"{DERIVED}/layers/*/*/{RECORDING}"
    patterns = MANIFEST, HEAD, f"*/{RECORDING}", "maps/*", f"{EXPLANATIONS}/**/{RESULT}", *derived
    found = sorted(path for pattern in patterns for path in study.glob(pattern))
    return tuple((str(path), _stat(path)) for path in found)


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
