"""Kept pictures of a unit that a form names by their codes."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import picture_asked
from shiftscope.store.stored_study import StoredStudy


def coded_pictures(study: StoredStudy, layer: str, unit: int, pictures: str) -> list[PictureQuestion]:
    """What codes with blanks between stand for; raises `BadRequest` where one is of another unit, and
    `NotInStudy` where none is kept under it."""
    found = [picture_asked(study, code) for code in pictures.split()]
    if not found or any((each.layer, each.unit) != (layer, unit) for each in found):
        raise BadRequest(f"pictures={pictures!r} are not all of unit {unit} of {layer}.")
    return found
