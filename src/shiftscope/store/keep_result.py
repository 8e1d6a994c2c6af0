"""Keeping what was found in a study that can be written."""

from __future__ import annotations

from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.results import Result, write_result
from shiftscope.store.stored_study import StoredStudy


def keep_result(study: StoredStudy, result: Result) -> None:
    """A study that is only read, or whose folder cannot be written, stays as it is.

    Raises
    ------
    StudyNotWritable
        The disk is full.
    """
    if study.keeps_results():
        with write_errors(study.path):
            write_result(study.path, result)
