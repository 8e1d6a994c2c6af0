"""How much of a picture to believe, in words."""

from __future__ import annotations

from shiftscope.explain.visualisation.belief.belief import Belief
from shiftscope.views.parts.number_text import number, percent


def believed_in_words(belief: Belief) -> str:
    """A sentence for each of what its numbers say."""
    told = belief.clauses(number=number, share=percent)
    return " ".join(f"{each[0].upper()}{each[1:]}." for each in told)
