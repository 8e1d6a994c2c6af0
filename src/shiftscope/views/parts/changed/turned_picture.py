"""A sample whose answer a change of units turned, as a picture."""

from __future__ import annotations

from dataclasses import replace

from shiftscope.explain.interventions.intervention import Answers
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Picture
from shiftscope.views.parts.category_name import category_name


def turned_picture(study: StoredStudy, answers: Answers, picture: Picture) -> Picture:
    """In the frame of the answer after the change; under it the label, and what else it was or now is called."""
    position = picture.position
    label = int(study[picture.dataset].samples.labels[position])
    before, after = (int(each[position]) for each in (answers.before, answers.after))
    right = after == label
    turn = f"was {category_name(study, before)}" if right else f"now {category_name(study, after)}"
    words = f"{category_name(study, label)}, {turn}"
    return replace(picture, alt=words, caption=words, verdict="right" if right else "wrong")
