"""Pictures with the colours of a shifted dataset and of the reference, beside what chance makes of two sets."""

from __future__ import annotations

from dataclasses import replace

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.canvas.magnitudes import ENOUGH
from shiftscope.explain.visualisation.fit_positions import fit_places
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.store.stored_study import StoredStudy


def colour_pair(study: StoredStudy, question: PictureQuestion, divisions: int) -> list[PictureQuestion]:
    """The question of a shifted dataset's colours, the same of the reference's, and of those of the two halves of each
    division of the reference at random: pictures of one start.

    The halves of a division share no sample. A half has no more samples than the set in whose place it stands; where
    the reference has too few for two of as many, the halves have fewer, and chance makes more of them than of the sets.
    """
    own = replace(question, dataset=study.reference)
    fewer = _fewer(study, question)
    halves = [
        replace(own, half=half, division=division, fewer=fewer if half == 1 else 0)
        for division in range(1, divisions + 1)
        for half in (1, 2)
    ]
    return [question, own, *halves]


def refuse_other_starts(question: PictureQuestion) -> None:
    """Raises `BadRequest` for a picture that no placebo stands beside."""
    if not question.plain:
        raise BadRequest(
            "a placebo is of pictures that start from noise, each alone: leave sample, facets and together out."
        )


def lacking_pictures(study: StoredStudy, dataset: str) -> str:
    """Why the colours and spectra of these sets are not to be compared; empty where they are."""
    there, shifted = (len(fit_places(study, name)) for name in (study.reference, dataset))
    if there < 2 * ENOUGH:
        return f"{there} samples of {study.reference} to fit on, too few for two halves: {ENOUGH} are needed in each"
    if shifted < ENOUGH:
        return f"{shifted} samples of {dataset} to fit on; {ENOUGH} are needed"
    return ""


def _fewer(study: StoredStudy, question: PictureQuestion) -> int:
    """How many samples the shifted set has, where a half of the reference would have more; else 0."""
    there, shifted = (len(fit_places(study, name)) for name in (study.reference, question.dataset))
    return shifted if shifted < min(there // 2, question.reference_pictures) else 0
