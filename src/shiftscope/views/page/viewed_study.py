"""A study in a viewer that has the model at hand."""

from __future__ import annotations

from pathlib import Path

from shiftscope.jobs import Jobs
from shiftscope.store.stored_study import StoredStudy


class ViewedStudy(StoredStudy):
    """A study whose pages offer to compute what is missing."""

    def __init__(self, path: str | Path, jobs: Jobs) -> None:
        super().__init__(path)
        self.jobs = jobs


def jobs_of(study: object) -> Jobs | None:
    """None where there is no model at hand."""
    return study.jobs if isinstance(study, ViewedStudy) else None
