"""Scores as pages show them."""

from __future__ import annotations

from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.estimation.stored_estimates import stored_estimates
from shiftscope.scores.score import unit_scores
from shiftscope.views.page.selection import Selection


def estimated(selection: Selection, dataset: str, layer: str | None = None) -> dict[str, Estimate]:
    """Every score of a layer's units in one dataset, by name, compared with the reference in force.

    Of the reference itself only the scores that describe one dataset have values.
    """
    asked = (dataset, selection.baseline, layer or selection.layer)
    if asked not in selection.estimates:  # telling whether kept ones are still valid takes its time
        selection.estimates[asked] = stored_estimates(selection.study, *asked)
    return selection.estimates[asked]


def title(score: str) -> str:
    """What pages call a score, or another number of a unit."""
    return unit_scores[score].title if score in unit_scores else score.replace("_", " ")


def name_of(text: str) -> str:
    """The name of a score as people write it: in any case, with blanks or underscores, or as pages call it."""
    written = text.strip().casefold()
    titled = {score.title.casefold(): name for name, score in unit_scores.items()}
    return titled.get(written, written.replace(" ", "_"))


def explained(score: str) -> str:
    """Where the glossary explains a score."""
    return f"glossary#{score}"
