"""What has come into a study since it was opened here."""

from __future__ import annotations

from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Message, Panel


class News:
    """Compares a study with what it was when this was made."""

    def __init__(self, study: object) -> None:
        self._study = study
        self._before = _names(study)

    def panels(self) -> list[Panel]:
        now = _names(self._study)
        new = [text for text in now if text not in self._before]
        gone = [text for text in self._before if text not in now]
        told = [f"{text} is new." for text in new] + [f"{text} is gone." for text in gone]
        return [Message("Since this viewer was started", " ".join(told))] if told else []


def _names(study: object) -> list[str]:
    if not isinstance(study, StoredStudy):
        return []
    return [*(f"Dataset {name}" for name in study), *(f"Layer {name}" for name in study.layers)]
