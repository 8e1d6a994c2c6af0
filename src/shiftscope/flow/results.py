"""The results that a study stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shiftscope.store.result_kinds import result_kinds
from shiftscope.store.results import KeptResult, ResultKey, kept_results, remove_result, why_stale
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("kind", "layer", "datasets", "variant", "parts", "settings", "bytes", "made", "state", "place")
FRESH = "fresh"


def results(
    study: StoredStudy,
    *,
    kind: str | None = None,
    layer: str | None = None,
    dataset: str | None = None,
    stale: bool = False,
    remove: bool = False,
) -> pd.DataFrame:
    """A row for each result that the study keeps: scores, paths and what else was computed and may be again.

    Parameters
    ----------
    kind, layer, dataset
        Only those of this kind, about this layer, resting on this dataset.
    stale
        Only those that would not be shown any more, and damaged ones.
    remove
        Delete them; what they held is computed again when it is asked for.

    Returns
    -------
    DataFrame
        Columns kind; layer; datasets, the one that it is about first; variant, empty for the usual one; parts, what
        was computed; settings, with the seed; bytes; made, when, in UTC; state, "fresh" or why it is stale or
        damaged; place, below the study.

    Raises
    ------
    BadRequest
        No such kind of result.
    """
    import pandas as pd

    if kind is not None:
        result_kinds[kind]
    rows = []
    for kept in kept_results(study.path):
        state = _state(study, kept)
        if not _asked(study, kept, kind, layer, dataset) or (stale and state == FRESH):
            continue
        rows.append(_row(study, kept, state))
        if remove:
            remove_result(kept.folder)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _datasets(study: StoredStudy, key: ResultKey) -> list[str]:
    """As they are named now; one that is gone as it was recorded."""
    return [study.manifest.now_named(recorded) or recorded for recorded in key.datasets]


def _asked(
    study: StoredStudy, kept: KeptResult, kind: str | None, layer: str | None, dataset: str | None
) -> bool:
    if kept.key is None:  # nothing is known of it but that it is damaged
        return kind is layer is dataset is None
    return (
        kind in (None, kept.key.kind)
        and layer in (None, kept.key.layer)
        and (dataset is None or dataset in _datasets(study, kept.key))
    )


def _state(study: StoredStudy, kept: KeptResult) -> str:
    if kept.damage or kept.key is None:
        return f"damaged: {kept.damage}"
    if kept.key.kind not in result_kinds:
        return "of a kind that this version does not know"
    return why_stale(study, kept.key, result_kinds[kept.key.kind].versions_of(kept.key.settings)) or FRESH


def _row(study: StoredStudy, kept: KeptResult, state: str) -> Sequence[object]:
    place = kept.folder.relative_to(study.path).as_posix()
    if kept.key is None:
        return (None, None, None, None, None, None, kept.size, kept.made, state, place)
    key = kept.key
    settings = dict(key.settings) | ({} if key.seed is None else {"seed": key.seed})
    return (
        key.kind,
        key.layer,
        ", ".join(_datasets(study, key)),
        key.variant,
        ", ".join(key.versions),
        ", ".join(f"{name}={value}" for name, value in settings.items()),
        kept.size,
        kept.made,
        state,
        place,
    )
