"""The search itself, where it was not done yet."""

from __future__ import annotations

import shlex

from shiftscope.explain.interventions.repair import MARGIN, MOST
from shiftscope.explain.interventions.repair_search import SEARCHES
from shiftscope.views.page.panels import Code, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.computation import computation
from shiftscope.views.repair.shown_repair import ShownRepair


@section(ShownRepair, place=5)
def search(shown: ShownRepair) -> Panel | None:
    """Offered where a model is at hand; else the command that does it."""
    if shown.found is not None:
        return None
    question = shown.question
    offer = computation(
        shown.selection.study,
        "Search which units to silence",
        "Units are silenced one after the other on one half of the samples, and how many are worth it is decided by "
        "cross-validation there; the effect is counted on the other half.",
        kind="repair",
        parameters={
            "dataset": question.dataset,
            "margin": question.margin,
            "most": question.most,
            "seed": question.seed,
            "layer": question.layer,
            "reference": question.reference,
        },
        page=shown.at(),
        size=SEARCHES * question.most,
        button="Search",
    )
    return offer or Code("Run this in a terminal, then reload the page", command(shown))


def command(shown: ShownRepair, *more: str) -> str:
    """The line for a terminal that asks the same; what is as usual is left out."""
    question, study = shown.question, shown.selection.study
    words = ["shiftscope", "repair", str(study.path), "--dataset", question.dataset]
    words += [] if question.margin == MARGIN else ["--margin", f"{question.margin:g}"]
    words += [] if question.most == MOST else ["--most", str(question.most)]
    first = next(iter(study.heads), question.layer)
    words += [] if question.layer == first else ["--layer", question.layer]
    words += [] if question.reference == study.reference else ["--reference", question.reference]
    return shlex.join([*words, *more])
