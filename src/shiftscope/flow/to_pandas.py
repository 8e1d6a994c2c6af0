"""What a study knows, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import pandas as pd

    from shiftscope.interop.tables import TableName


def to_pandas(study: StoredStudy, what: TableName = "samples") -> pd.DataFrame:
    """One of the tables "samples", "scores", "confusions", "categories" and "units"; see docs/tables.md."""
    from shiftscope.flow.scores import scores_of
    from shiftscope.interop.tables import table

    return table(study, what, score=scores_of)
