"""Datasets that are compared with the reference."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.store.stored_study import StoredStudy


def shifted_set(study: StoredStudy, dataset: str) -> str:
    """Its name as it is now; raises `NotInStudy` where there is none, and `BadRequest` for the reference."""
    name = study[dataset].name
    if name == study.reference:
        raise BadRequest(f"{dataset!r} is the reference; name a shifted dataset.")
    return name
