"""Pictures that are kept for units, on pages."""

from __future__ import annotations

from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import picture_code
from shiftscope.explain.visualisation.visualised import Visualised, png_bytes
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import MadePicture, Picture
from shiftscope.views.parts.number_text import number

ALONE = {"picture": "as it is", "blended": "with its alpha"}
FROM_A_SAMPLE = {"start": "the image", "picture": "more of the unit", "difference": "what changed"}


def sides_of(
    study: StoredStudy, question: PictureQuestion, found: Visualised, page: str = ""
) -> list[Picture]:
    """A picture alone and blended; of one that started from a sample that sample, the picture and the difference."""
    sides = ALONE if found.start is None else FROM_A_SAMPLE
    return [
        side_of(
            study,
            question,
            found,
            side,
            f"{says}, response {number(found.score)}" if side == "picture" else says,
            page,
        )
        for side, says in sides.items()
    ]


def side_of(
    study: StoredStudy,
    question: PictureQuestion,
    found: Visualised,
    side: str,
    caption: str = "",
    page: str = "",
) -> Picture:
    """One of the sides that a picture has."""

    def png() -> bytes:
        pixels = found.side(side)
        assert pixels is not None
        return png_bytes(pixels)

    says = f"{question.in_words}, {caption.partition(',')[0] or side}"
    made = MadePicture(f"drawn/{picture_code(study, question)}/{side}", png)
    return Picture(question.dataset, question.sample or 0, says, page, caption, made=made)
