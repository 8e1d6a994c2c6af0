"""Whether a model answers as the study's did."""

from __future__ import annotations

from torch import nn

from shiftscope.store.stored_study import StoredStudy


def refuse_other_answers_in(study: StoredStudy, model: nn.Module) -> None:
    """Have `model` answer again what the study keeps answers to, if it does.

    Raises
    ------
    StudyMismatch
        It answers otherwise than the study's model did.
    ModelError
        It answers otherwise each time it is asked.
    """
    answer = study.manifest.answer
    if answer and (known := study.known_answers()):
        known.refuse_unlike(model, answer, twice=False)
