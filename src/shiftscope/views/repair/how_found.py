"""How the units were found."""

from __future__ import annotations

from shiftscope.views.page.panels import Fold, Message
from shiftscope.views.page.section import section
from shiftscope.views.parts.number_text import count
from shiftscope.views.repair.sentences import margin_in_words, searched_on
from shiftscope.views.repair.shown_repair import ShownRepair


@section(ShownRepair, place=84)
def how_found(shown: ShownRepair) -> Fold | None:
    """The units that were tried, and what decided how many."""
    found = shown.found
    if found is None:
        return None
    question = found.question
    tried = (
        f"units {', '.join(map(str, found.path))}" if found.path else "none, as no unit alone gains a sample"
    )
    chosen = (
        f"{count(len(found.units))} taken: the smallest number whose gain is within one standard error of the best, "
        "by cross-validation on the half that was searched."
        if found.units
        else "None is worth it by cross-validation on the half that was searched."
    )
    margin = f"a margin of {margin_in_words(question.margin)} of {question.reference}"
    text = (
        f"Steps that gained: {tried}. {chosen} Of {question.dataset} {searched_on(found)}; halves are dealt by the ids "
        f"of the samples. Seed {question.seed}, {margin}, at most {count(question.most)} units of {question.layer}."
    )
    says = "greedy search on one half, size by cross-validation, report on the other"
    return Fold("How it was found", says, [Message("", text)], key="how-found")
