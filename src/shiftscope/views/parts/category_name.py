"""What a category is called on pages."""

from __future__ import annotations

from shiftscope.arrays import NO_LABEL
from shiftscope.store.stored_study import StoredStudy


def category_name(study: StoredStudy, category: int) -> str:
    return study.categories[category] if category != NO_LABEL else "no label"
