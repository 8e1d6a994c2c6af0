"""The line for a terminal that starts the viewer with a model."""

from __future__ import annotations

import shlex

from shiftscope.store.stored_study import StoredStudy


def view_command(study: StoredStudy) -> str:
    """With the study's full path; which model, only the reader knows."""
    return f"shiftscope view {shlex.quote(str(study.path))} --model ..."
