"""From which strength on each unit loses its selective response."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from shiftscope.derived.realigned import refuse_comparison
from shiftscope.errors import BadRequest
from shiftscope.progress import Progress
from shiftscope.store.dataset_groups import DatasetGroup
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import pandas as pd


def _versions() -> dict[str, int]:
    from shiftscope.explain.dose.stored_doses import VERSIONS

    return VERSIONS


result_kind("doses", _versions)


def dose(
    study: StoredStudy,
    group: str | DatasetGroup,
    *,
    layer: str | None = None,
    level: float = 0.5,
    progress: bool | Progress = True,
) -> pd.DataFrame:
    """What each unit loses of its selective response along an ordered group; computed once and stored in the study.

    A unit's selective response is its mean response to the category that it prefers at the first rung, less the mean
    of those to the others; see docs/sweep.md.

    Parameters
    ----------
    group
        Recorded by `sweep`, or any that a number orders: by what it is called, as "shift gaussian_noise", or by a
        value that only it has, as "gaussian_noise".
    layer
        All recorded ones where not given.
    level
        Share that is left at what is called half strength, above 0 and below 1.

    Returns
    -------
    DataFrame
        A row for each layer and unit, layers in the order in which they were recorded: layer; unit; half_strength,
        infinite where the last rung does not reach it and NaN for a unit without a selective response to lose; its
        95 % interval, low and high; censored, whether it is not reached; area, the mean height of the curve of what is
        left, 1 for untouched; trend, the rank correlation of the mean response with the strength; its q by Benjamini
        and Hochberg over the units of the layer; preferred, the name of the category. `attrs` holds "ladder", the
        strength of each dataset; "loss" by layer, 1 less the median area; "median_half_strength" by layer; without a
        single `layer` also "breaks_at", the layer by which half of the last one's loss has arisen, None where less
        than half of the resamples agree, and "breaks_at_shares", the share of them that name each layer.

    Raises
    ------
    NotInStudy
        No such group or layer.
    BadRequest
        A group that nothing orders or that is too short, a level out of range, or a layer that was aligned to a set so
        that it cannot be compared.
    """
    import pandas as pd

    from shiftscope.explain.dose.ladder import ladder_of
    from shiftscope.explain.dose.stored_doses import break_along, stored_dose
    from shiftscope.progress import shown

    if not (isinstance(level, (int, float)) and 0 < level < 1):
        raise BadRequest(f"level={level!r}; it lies between 0 and 1.")
    ladder = ladder_of(study, group)
    layers = [study.layer(layer).name] if layer is not None else list(study.recorded_layers)
    for name in layers:
        refuse_comparison(study, name)
    units = {name: study.layer(name).units for name in layers}
    steps = partial(shown(progress), counted="units")
    with steps(f"dose of {ladder.called}", 0, sum(units.values())) as advance:
        doses = {name: stored_dose(study, ladder, name, level=level, advance=advance) for name in layers}
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "layer": name,
                    "unit": range(units[name]),
                    "half_strength": each.half,
                    "low": each.half_low,
                    "high": each.half_high,
                    "censored": each.censored,
                    "area": each.area,
                    "trend": each.trend,
                    "q": each.q,
                    "preferred": [
                        study.categories[place] if place >= 0 else None for place in each.preferred
                    ],
                }
            )
            for name, each in doses.items()
        ],
        ignore_index=True,
    )
    table.attrs["ladder"] = dict(ladder.rungs)
    table.attrs["loss"] = {name: each.loss for name, each in doses.items()}
    table.attrs["median_half_strength"] = {name: each.median_half for name, each in doses.items()}
    if layer is None:
        found = break_along(study, ladder, level=level)
        table.attrs["breaks_at"], table.attrs["breaks_at_shares"] = found.layer, dict(found.shares)
    return table
