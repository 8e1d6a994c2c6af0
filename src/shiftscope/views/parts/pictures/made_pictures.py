"""Pictures that are kept for units, on pages."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.explain.visualisation.picture_question import MACO, PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import picture_code
from shiftscope.explain.visualisation.visualised import STEP, Visualised, png_bytes
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import MadePicture, Picture
from shiftscope.views.parts.number_text import number

ALONE = {"picture": "as it is", "blended": "with its alpha"}
STEPS, STEPS_SAY = (
    "Over the steps",
    "how each came to be, after an eighth, a quarter, a half and all of its steps",
)
STRENGTH, STRENGTH_SAYS = "Over strength", "the same image, held back less and less"
Drawn = tuple[PictureQuestion, Visualised]
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
            f"{says}, {responded(found)}" if side == "picture" else says,
            page,
        )
        for side, says in sides.items()
    ]


def responded(found: Visualised) -> str:
    """As "response 3.20"."""
    return f"response {number(found.score)}" if found.score else "no response"


def side_of(
    study: StoredStudy,
    question: PictureQuestion,
    found: Visualised,
    side: str,
    caption: str = "",
    page: str = "",
    says: str = "",
) -> Picture:
    """One of the sides that a picture has; `says` is what it shows in words, where its caption does not tell."""

    def png() -> bytes:
        pixels = found.side(side)
        assert pixels is not None
        return png_bytes(pixels)

    says = f"{question.in_words}, {says or caption.partition(',')[0] or side}"
    made = MadePicture(f"drawn/{picture_code(study, question)}/{side}", png)
    return Picture(question.dataset, question.sample or 0, says, page, caption, made=made)


def over_steps(study: StoredStudy, question: PictureQuestion, found: Visualised) -> list[Picture]:
    """The picture as it came to be; none of one that was kept without its steps."""
    return [side_of(study, question, found, f"{STEP}{step}", f"step {step}") for step in found.snapshots]


def over_strength(study: StoredStudy, drawn: Sequence[Drawn]) -> dict[tuple[str, int], list[Picture]]:
    """By set and position, an image and the same image accentuated with less and less to hold it back; only of images
    for which the unit's pictures differ in that strength."""
    found: dict[tuple[str, int], dict[float, Drawn]] = {}
    for question, picture in drawn:
        if question.sample is not None and picture.start is not None and "strength" in question.options:
            own = found.setdefault((question.dataset, question.sample), {})
            strength = float(question.options["strength"])
            if strength not in own or own[strength][0].steps < question.steps:
                own[strength] = question, picture
    strips = {}
    for place, own in found.items():
        if len(own) > 1:
            order = sorted(own, reverse=True)
            first = side_of(study, *own[order[0]], "start", FROM_A_SAMPLE["start"])
            strips[place] = [first, *(_with_strength(study, own[each], each) for each in order)]
    return strips


def method_in_words(question: PictureQuestion) -> str:
    """As "MACO", with the prior or the image that it started from."""
    method = "MACO" if question.method == MACO else question.method.replace("_", " ")
    prior = question.options.get("prior")
    whole = f"{method}, {prior} prior" if prior else method
    return whole if question.sample is None else f"{whole} of image {question.sample}"


def most_usual(question: PictureQuestion) -> tuple[int, bool]:
    """By which one of several pictures of a unit and an image is chosen: of most steps, held back as it is usually."""
    return question.steps, question.options.get("strength", 1.0) == 1.0


def _with_strength(study: StoredStudy, drawn: Drawn, strength: float) -> Picture:
    return side_of(study, *drawn, "picture", f"strength {strength:g}, response {number(drawn[1].score)}")
