"""Scores of the units of a layer, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.arrays import UnitArray
from shiftscope.derived.realigned import refuse_comparison
from shiftscope.errors import BadRequest
from shiftscope.progress import Progress, silent
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.estimation.estimate_maps import kept_pairs
from shiftscope.scores.estimation.stored_estimates import (
    KIND,
    NUMBERS,
    lacking_estimates,
    stored_estimates_of,
)
from shiftscope.scores.estimation.twins_worth import twins_worth
from shiftscope.scores.score import unit_scores
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import pandas as pd


result_kind(KIND, lambda: {name: score.version for name, score in unit_scores.items()})


def scores(
    study: StoredStudy,
    layer: str,
    *,
    dataset: str | None = None,
    reference: str | None = None,
    intervals: bool = False,
) -> pd.DataFrame:
    """One row for each shifted dataset and unit of `layer`, one column for each score.

    Parameters
    ----------
    dataset
        Only this dataset. For the reference itself the scores that compare are NaN.
    reference
        Compare with this dataset instead of the study's reference.
    intervals
        Add `<score>_low` and `<score>_high`, ends of the 95 % bootstrap interval, and for scores that test
        something `<score>_p` and `<score>_q`. For scores of twins `<score>_gain`, how many times as many samples an
        interval as narrow takes without them. For scores of rank correlations also `<score>_floor`, what sampling
        alone makes of them, and `<score>_flat_p`: from .05 on the reference's categories cannot be told apart. For
        scores of maps of twins `<score>_changed`, the same over the pairs whose prediction changed.

    Returns
    -------
    DataFrame
        Columns dataset, unit, then every score by name; NaN where a unit has no such score. `attrs["undefined"]`
        counts those, `attrs["twins"]` says by dataset what knowing the twins is worth, and `attrs["kept"]` how many
        pairs keep their prediction, of scores of maps.

    Raises
    ------
    BadRequest
        Nothing to compare with, or a layer that was aligned to a set so that it cannot be compared; of it, scores of
        one dataset are those of `dataset=` the reference itself.
    """
    against = study[reference or study.reference].name
    if dataset is None or study[dataset].name != against:
        refuse_comparison(study, study.layer(layer).name)
    return scores_of(study, layer, dataset=dataset, reference=reference, intervals=intervals)


def scores_of(
    study: StoredStudy,
    layer: str,
    *,
    dataset: str | None = None,
    reference: str | None = None,
    intervals: bool = False,
) -> pd.DataFrame:
    """`scores`, with NaN where a layer cannot be compared."""
    import pandas as pd

    against, described = study[reference or study.reference].name, study.layer(layer)
    shifted = [study[dataset].name] if dataset else [name for name in study if name != against]
    if not shifted:
        raise BadRequest(f"nothing to compare with {against!r}: record a shifted dataset first.")
    tables, worth, kept = [], {}, {}
    for name, estimates in stored_estimates_of(study, shifted, against, described.name).items():
        columns = {
            f"{score}_{part}" if part else score: numbers
            for score, estimate in estimates.items()
            for part, numbers in (_parts(estimate) if intervals else {"": estimate.value}).items()
        }
        if said := twins_worth(estimates):
            worth[name] = said
        if pairs := kept_pairs(study, name, against, described.name):
            kept[name] = pairs.in_words()
        tables.append(pd.DataFrame({"dataset": name, "unit": range(described.units), **columns}))
    table = pd.concat(tables, ignore_index=True)
    table.attrs["undefined"] = {name: int(table[name].isna().sum()) for name in unit_scores}
    table.attrs["twins"], table.attrs["kept"] = worth, kept
    return table


def score_all(study: StoredStudy, *, reference: str | None = None, progress: Progress = silent) -> None:
    """Compute and keep every score that the viewer shows first, so that no page waits for one.

    Compared with `reference`, the study's own where it is None.
    """
    against = reference or study.reference
    missing = lacking_estimates(study, against)
    units = sum(study.layer(layer).units * len(names) for layer, names in missing.items())
    with progress("scoring", 0, units, counted="units") as advance:
        for layer, names in missing.items():
            stored_estimates_of(study, names, against, layer, advance=advance)


def _parts(estimate: Estimate) -> dict[str, UnitArray]:
    parts = {"value": "", **{part: part for part in NUMBERS[1:]}}
    read = {shown: getattr(estimate, part) for part, shown in parts.items()}
    return {part: numbers for part, numbers in read.items() if numbers is not None}
