"""The units whose silence helps under a shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from shiftscope.explain.interventions.repair import Repair


def repair(
    study: StoredStudy,
    dataset: str,
    *,
    margin: float = 0.01,
    most: int = 20,
    seed: int = 0,
    reference: str | None = None,
) -> Repair:
    """Search the smallest set of units whose silence raises the accuracy on a shifted dataset.

    Chosen on one half of the samples, reported on the other; see `docs/interventions.md`.

    Parameters
    ----------
    margin
        By how much the accuracy on the reference may fall in the search, from 0 to 1.
    most
        Units at most.
    seed
        Of the halves and folds.

    Raises
    ------
    NotInStudy
        No head or no such dataset, or single responses were not kept.
    BadRequest
        An impossible margin or number, the reference itself, or too few labelled samples to split.
    """
    from shiftscope.explain.interventions.repair import search_repair

    return search_repair(study, dataset, margin=margin, most=most, seed=seed, reference=reference)
