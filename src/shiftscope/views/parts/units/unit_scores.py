"""Scores as pages show them."""

from __future__ import annotations

from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.estimation.estimate_units import RANKS
from shiftscope.scores.estimation.stored_estimates import has_estimates, lacking_estimates, stored_estimates
from shiftscope.scores.estimation.stored_map_numbers import has_map_numbers
from shiftscope.scores.score import UnitScore, unit_scores
from shiftscope.statistics.rank_correlation import FEWEST_CATEGORIES
from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.views.page.panels import Panel
from shiftscope.views.page.section import Missing
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.viewed_study import jobs_of
from shiftscope.views.parts.computation import computation


def estimated(selection: Selection, dataset: str, layer: str | None = None) -> dict[str, Estimate]:
    """Every score of a layer's units in one dataset, by name, compared with the baseline in force.

    Of the baseline itself only the scores that describe one dataset have values. Those that are not kept are computed
    here and now; not where a job can do it.

    Raises
    ------
    Missing
        They are not kept, and there is a model at hand, whose process computes them.
    """
    asked = (dataset, selection.baseline, layer or selection.layer)
    if asked not in selection.estimates:  # telling whether kept ones are still valid takes its time
        if jobs_of(selection.study) and not has_estimates(selection.study, *asked):
            raise Missing(_offer(selection))
        selection.estimates[asked] = stored_estimates(selection.study, *asked)
    return selection.estimates[asked]


def _offer(selection: Selection) -> Panel:
    """The same wherever they are missing: every layer's scores are computed by one job."""
    study, reference = selection.study, selection.baseline
    lacking = lacking_estimates(study, reference)
    offer = computation(
        study,
        "Scores are not computed yet",
        f"Scores of every layer's units, compared with {reference}. They are then stored in the study, layer by layer.",
        kind="scores",
        parameters={"reference": reference},
        page=None,
        size=sum(study.layer(layer).units * len(names) for layer, names in lacking.items()),
    )
    assert offer is not None
    return offer


def too_few_categories(selection: Selection, dataset: str, layer: str | None = None) -> str:
    """A sentence on why no unit has a score of rank correlations in a dataset; empty where categories are enough."""
    study, asked = selection.study, layer or selection.layer
    ours, theirs = (
        study[name].summary(asked, CategorySums).count > 0 for name in (dataset, selection.baseline)
    )
    shared = int((ours & theirs).sum())
    if shared >= FEWEST_CATEGORIES:
        return ""
    named = " and ".join(title(name) for name, score in unit_scores.items() if score.reads == RANKS)
    return (
        f"{named.capitalize()} need {FEWEST_CATEGORIES} categories with samples in both datasets, and {dataset} shares "
        f"{shared} with {selection.baseline}: the order of two is the same or the reverse, whatever the shift."
    )


def offered_scores(study: StoredStudy) -> dict[str, UnitScore]:
    """By name, those of maps only where the study has numbers of maps."""
    kept = has_map_numbers(study)
    return {name: score for name, score in unit_scores.items() if kept or not score.of_maps}


def title(score: str) -> str:
    """What pages call a score, or another number of a unit."""
    return unit_scores[score].title if score in unit_scores else score.replace("_", " ")


def name_of(text: str) -> str:
    """The name of a score as people write it: in any case, with blanks or underscores, or as pages call it."""
    written = text.strip().casefold()
    if written in unit_scores:  # as addresses have it
        return written
    titled = {score.title.casefold(): name for name, score in unit_scores.items()}
    return titled.get(written, written.replace(" ", "_"))


def explained(score: str) -> str:
    """Where the glossary explains a score."""
    return f"glossary#{score}"
