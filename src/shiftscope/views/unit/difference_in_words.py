"""What a shift adds to a unit's use, in words."""

from __future__ import annotations

from shiftscope.explain.visualisation.differences.difference import Difference
from shiftscope.views.parts.number_text import number


def difference_in_words(found: Difference, reference: str) -> str:
    """Whether the uses are told apart better than halves of the reference are."""
    apart = found.separation
    if not apart.found:
        return f"under {found.dataset} used no otherwise than one half of {reference} differs from the other"
    return (
        f"used otherwise under {found.dataset}: the layer before tells its strong images there from those of "
        f"{reference}, AUROC {number(apart.auroc)}; halves of {reference} up to {number(float(apart.placebo.max()))}"
    )


def pictures_in_words(found: Difference, reference: str) -> str:
    """Whether the two pictures may be compared, and how far apart they are."""
    said = _compared_in_words(found, reference)
    return f"{said} To the layer before, {found.distance.in_words()}." if found.distance else said


def _compared_in_words(found: Difference, reference: str) -> str:
    if not found.separation.found:
        return (
            f"These pictures differ no more than two halves of {reference} do, so that what differs between them says "
            "nothing."
        )
    if found.equally_strong:
        return (
            "Both drive the unit more strongly than 99 % of the held-out images of the reference: what differs is "
            "what it is used for."
        )
    return (
        f"Not to be compared: with responses of {number(found.shifted.score)} and {number(found.reference.score)} they "
        "do not both drive the unit more strongly than 99 % of the held-out images of the reference."
    )
