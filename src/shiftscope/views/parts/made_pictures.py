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
    code = picture_code(study, question)
    sides = ALONE if found.start is None else FROM_A_SAMPLE

    def png(side: str) -> bytes:
        pixels = found.side(side)
        assert pixels is not None
        return png_bytes(pixels)

    return [
        Picture(
            question.dataset,
            question.sample or 0,
            f"{question.in_words}, {says}",
            page,
            f"{says}, response {number(found.score)}" if side == "picture" else says,
            made=MadePicture(f"drawn/{code}/{side}", lambda side=side: png(side)),  # type: ignore[misc]
        )
        for side, says in sides.items()
    ]
