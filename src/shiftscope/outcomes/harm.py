"""What a shift does to a model, in one word."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from shiftscope.statistics.newcombe import newcombe

Harm = Literal["breaks", "hurts", "barely touches", "helps"]
NOTICED = Fraction(2, 100)  # a change of accuracy below two points is not told
HARM_RULE = (
    "A set barely touches the model where accuracy changes by less than two points or the 95 % interval of the change "
    "(Newcombe) holds 0; it breaks it where it takes half or more of what the baseline has above chance, and hurts it "
    "where it takes less."
)


def harm(usual_right: int, usual_total: int, right: int, total: int, categories: int) -> Harm | None:
    """What a set does to the model's accuracy; exact, so that a loss of two points is two points.

    It *barely touches* where accuracy changes by less than two points or Newcombe's 95 % interval of the change holds
    0; otherwise it *helps* where accuracy rises, *breaks* where it loses half or more of what the baseline has above
    chance, and *hurts* where it loses less. A baseline that is not above chance has nothing that breaks.

    Parameters
    ----------
    usual_right, usual_total : samples
        How many labelled samples of the baseline are classified right, of how many.
    right, total : samples
        The same in the set.
    categories
        How many there are to guess among; chance is one in as many.

    Returns
    -------
    None where either set has no labelled sample.
    """
    if not usual_total or not total:
        return None
    usual = Fraction(usual_right, usual_total)
    loss = usual - Fraction(right, total)
    _, low, high = newcombe(right, total, usual_right, usual_total)
    if abs(loss) < NOTICED or low <= 0 <= high:
        return "barely touches"
    if loss < 0:
        return "helps"
    above_chance = usual - Fraction(1, categories)
    return "breaks" if above_chance > 0 and loss >= above_chance / 2 else "hurts"
