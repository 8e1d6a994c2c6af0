"""A page of a study one of whose datasets is damaged: drawn of the others, and saying so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shiftscope.errors import StudyDamaged
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Message, Page


def without_damage(study: Any, draw: Callable[[Any], Page]) -> tuple[Page, bool]:
    """What `draw` makes of the study, less the datasets in which it meets damage, each named on the page.

    Returns
    -------
    Page, bool
        The page, and whether no dataset was left out.

    Raises
    ------
    StudyDamaged
        The damage is of no dataset or of the only one left, or it is of one that the page asks for by name.
    """
    while True:
        try:
            page = draw(study)
            break
        except StudyDamaged as error:
            if not isinstance(study, StoredStudy) or error.dataset not in study or len(study) == 1:
                raise
            study = study.without(error)
    if not isinstance(study, StoredStudy) or not study.damage:
        return page, True
    left_out = [
        Message(f"{name} is left out of this page", f"{error}{_instead(study, name)}")
        for name, error in study.damage.items()
    ]
    return replace(page, panels=[*left_out, *page.panels]), False


def _instead(study: StoredStudy, name: str) -> str:
    if name != study.manifest.reference:
        return ""
    return f" It is the reference; unless chosen otherwise, the baseline here is {study.reference!r}."
