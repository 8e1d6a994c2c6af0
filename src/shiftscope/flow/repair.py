"""The units whose silence helps under a shift."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from shiftscope.progress import Progress
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from shiftscope.explain.interventions.repair import Repair


def _versions() -> dict[str, int]:
    from shiftscope.explain.interventions.stored_repairs import VERSIONS

    return VERSIONS


result_kind("repairs", _versions)


def repair(
    study: StoredStudy,
    dataset: str,
    *,
    margin: float = 0.01,
    most: int = 20,
    seed: int = 0,
    layer: str | None = None,
    reference: str | None = None,
    progress: bool | Progress = True,
) -> Repair:
    """Search the smallest set of units whose silence raises the accuracy on a shifted dataset.

    Chosen on one half of the samples, reported on the other; see `docs/interventions.md`. Computed from what is
    stored, without the model, and kept in the study.

    Parameters
    ----------
    margin
        By how much the accuracy on the reference may fall in the search, from 0 to 1.
    most
        Units at most.
    seed
        Of the halves and folds.
    layer
        One that feeds the head, which it is where not given.

    Raises
    ------
    NotInStudy
        No head or no such dataset, or single responses were not kept.
    BadRequest
        An impossible margin or number, the reference itself, or too few labelled samples to split.
    """
    from shiftscope.explain.interventions.repair import RepairQuestion
    from shiftscope.explain.interventions.repair_search import SEARCHES, search_repair
    from shiftscope.explain.interventions.stored_repairs import read_repair, write_repair
    from shiftscope.progress import shown

    question = RepairQuestion.of(
        study, dataset, layer=layer, reference=reference, margin=margin, most=most, seed=seed
    )
    kept = read_repair(study, question)
    if kept:
        return kept
    steps = partial(shown(progress), counted="steps")
    with steps(f"repair for {dataset}", 0, SEARCHES * most) as advance:
        found = search_repair(study, question, advance=advance)
    write_repair(study, found)
    return found
