"""Pictures with the colours of a shifted dataset and of the reference, beside what chance makes of two sets."""

from __future__ import annotations

from dataclasses import replace

from shiftscope.explain.visualisation.canvas.magnitudes import ENOUGH
from shiftscope.explain.visualisation.fit_positions import fit_places
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.store.stored_study import StoredStudy


def colour_pair(
    question: PictureQuestion, reference: str
) -> tuple[PictureQuestion, PictureQuestion, PictureQuestion, PictureQuestion]:
    """The question of a shifted dataset's colours, the same of the reference's, and of those of two halves of it at
    random: four pictures of one start."""
    own = replace(question, dataset=reference)
    return question, own, replace(own, half=1), replace(own, half=2)


def lacking_pictures(study: StoredStudy, dataset: str) -> str:
    """Why the colours and spectra of these sets are not to be compared; empty where they are."""
    there, shifted = (len(fit_places(study, name)) for name in (study.reference, dataset))
    if there < 2 * ENOUGH:
        return f"{there} samples of {study.reference} to fit on, too few for two halves: {ENOUGH} are needed in each"
    if shifted < ENOUGH:
        return f"{shifted} samples of {dataset} to fit on; {ENOUGH} are needed"
    return ""
