"""Where a study is that may not be there, for a command that need not write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def study_or_none(study: Path, *, dry_run: bool) -> Iterator[Path]:
    """Where the study is; a folder that goes again where it is not and nothing is to be recorded."""
    from shiftscope.store.places import StudyPlace

    if not dry_run or StudyPlace(study).manifest.exists():
        yield study
        return
    with TemporaryDirectory() as folder:
        yield Path(folder) / study.name
