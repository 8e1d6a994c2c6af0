"""The end of the commands that make recordings, where the model only guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shiftscope.store.stored_study import StoredStudy


def print_chance(study: StoredStudy) -> None:
    """A sentence where the reference is answered no better than by chance."""
    from shiftscope.outcomes.chance import chance_in_words
    from shiftscope.outcomes.outcomes import outcomes

    reference = study.reference
    if reference not in study:
        return
    answers = outcomes(study[reference].samples, len(study.categories))
    if told := chance_in_words(reference, answers.right, answers.labelled, len(study.categories)):
        print(told)
