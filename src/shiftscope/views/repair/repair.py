"""Units to silence under a shift: what that gives, what it costs, and whether the cost is within the margin."""

from __future__ import annotations

from dataclasses import replace

from shiftscope.errors import ShiftscopeError
from shiftscope.explain.interventions.repair import MARGIN, MOST, RepairQuestion
from shiftscope.explain.interventions.repaired_head import can_be_saved, repaired_head_file
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Choice, File, Link, Message, Page, Span, Words
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection, Sets
from shiftscope.views.page.view import view
from shiftscope.views.parts.changed.interventions import REPAIR
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.worst_set import worst_set
from shiftscope.views.repair.sentences import beyond_margin, headline, lede, margin_in_words
from shiftscope.views.repair.shown_repair import ShownRepair

TITLE = "Repair"
FEW = 18  # images of those fixed, and of those broken
MARGINS = (0.0, 0.005, 0.01, 0.02, 0.05)
NUMBERS = (1, 2, 5, 10, 20, 50)  # of units, at most


@view(REPAIR, menu=TITLE)
def repair(
    study: StoredStudy,
    *,
    margin: float = MARGIN,
    most: int = MOST,
    layer: str | None = None,
    baseline: str | None = None,
    focus: str | None = None,
    sets: Sets = None,
    images: int = FEW,
) -> Page:
    """What silencing a few units before the head gives a shifted set, and what it costs, on samples held out.

    `margin` is by how much the accuracy on the baseline may fall in the search, from 0 to 1, and `most` how many units
    may be silenced.
    """
    selection = Selection.at(study, layer, baseline, focus, sets)
    trail = [Link(study.name, selection.overview())]
    if not selection.others():
        return Page(TITLE, [Message("Nothing to repair for", _ONE_SET)], trail)
    selection = selection.focused_on(worst_set(selection))
    at = PageAddress(selection, REPAIR, repair, {"margin": margin, "most": most})
    choices = _choices(selection, at, margin, most)
    try:
        question = RepairQuestion.of(
            study,
            selection.focus,
            layer=selection.layer if selection.asked_layer else None,
            reference=selection.baseline,
            margin=margin,
            most=most,
        )
        for name in (question.dataset, question.reference):
            study[name].require_responses()
    except ShiftscopeError as error:
        return Page(TITLE, [Message("No repair can be searched here", str(error))], trail, choices=choices)
    shown = ShownRepair(selection, at, question, images)
    found = shown.found
    name = f"{TITLE} for {question.dataset}"
    if found is None:
        return Page(
            name,
            panels_of(shown),
            trail,
            choices=choices,
            sentence=f"No repair for {question.dataset} was searched yet",
            lede=f"Which of {count(shown.units)} units of {question.layer} mislead the model there is searched on one "
            f"half of the samples and reported on the other; with a margin of {margin_in_words(margin)} and at most "
            f"{_units(most)}. The search reads what is recorded, without the model: seconds for a small head, minutes "
            "for a thousand categories.",
        )
    saved = can_be_saved(study, found)
    return Page(
        name,
        panels_of(shown),
        trail,
        choices=choices,
        sentence=headline(found, shown.units),
        lede=lede(found),
        warning=_warning(shown),
        actions=_actions(shown, saves=saved),
        file=File(
            "repaired-head.safetensors", "application/octet-stream", lambda: repaired_head_file(study, found)
        )
        if saved
        else None,
    )


_ONE_SET = (
    "The study holds one dataset alone. Record a shifted set: shiftscope record --dataset ... --name ..."
)


def _warning(shown: ShownRepair) -> Words:
    said = beyond_margin(shown.found) if shown.found else ""
    return [Span("Beyond your margin. ", "strong"), said] if said else ""


def _actions(shown: ShownRepair, *, saves: bool) -> list[Link]:
    """Taking the head away; and where the margin was not kept, the same search with none."""
    found = [Link("Download repaired head", shown.at(download="file"))] if saves else []
    if shown.found and beyond_margin(shown.found) and shown.question.margin > 0:
        found.append(Link("Search again, margin 0", shown.at(margin=0.0)))
    return found


def _choices(selection: Selection, at: PageAddress, margin: float, most: int) -> list[Choice]:
    heads = list(selection.study.heads)
    first = selection.layer if selection.asked_layer or not heads else heads[0]
    asked = at.asked()
    layers = [Link(name, replace(selection, asked_layer=name).page(REPAIR, **asked)) for name in heads]
    margins = [Link(margin_in_words(one), at(margin=one)) for one in sorted({*MARGINS, margin})]
    numbers = [Link(_units(one), at(most=one)) for one in sorted({*NUMBERS, most})]
    return [
        selection.focus_choice(REPAIR, selection.others(), **asked),
        Choice(
            "Margin",
            margins,
            margin_in_words(margin),
            f"By how much the accuracy on {selection.baseline} may fall in the search.",
        ),
        Choice("At most", numbers, _units(most), "How many units may be silenced."),
        Choice("Layer", layers, first, "Layers that feed the head."),
    ]


def _units(number: int) -> str:
    return "1 unit" if number == 1 else f"{count(number)} units"
