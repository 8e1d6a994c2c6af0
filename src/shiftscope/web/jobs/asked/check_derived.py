"""What is computed of derived layers alone."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.store.stored_study import StoredStudy


def check_derived(study: StoredStudy, layer: str) -> None:
    """Raises `BadRequest` for a layer that was recorded."""
    if study.layer(layer).name not in study.derived:
        raise BadRequest(f"{layer!r} was recorded, so it has units and no features.")
