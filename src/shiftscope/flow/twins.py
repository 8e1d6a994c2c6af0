"""Samples and their twins, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shiftscope.errors import BadRequest
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.twins import twins_between

if TYPE_CHECKING:
    import pandas as pd


def twins(study: StoredStudy, dataset: str, *, of: str | None = None) -> pd.DataFrame:
    """One row for each pair of a dataset's sample and its twin in another, with what was answered to both.

    Parameters
    ----------
    of
        The other dataset; the reference where not given.

    Returns
    -------
    DataFrame
        Columns `row`, `id`, `label`, `prediction` and `confidence` of the dataset's sample, the same with `twin_` in
        front of the other's, and `original`: pairs that share one are no independent samples. Labels and predictions
        are numbers of categories, -1 where there is none.

    Raises
    ------
    NotInStudy
        No such dataset.
    BadRequest
        The two datasets have no twins.
    """
    import pandas as pd

    other = study[of or study.reference].name
    pairs = twins_between(study, study[dataset].name, other)
    if pairs is None:
        raise BadRequest(
            f"{dataset!r} does not say that its samples are twins of those of {other!r}: record it with twins=."
        )
    columns: dict[str, Any] = {}
    for before, name, rows in (("", dataset, pairs.ours), ("twin_", other, pairs.theirs)):
        samples = study[name].samples
        columns |= {
            f"{before}row": rows,
            f"{before}id": samples.column("id").take(rows).to_pylist(),
            f"{before}label": samples.labels[rows],
            f"{before}prediction": samples.predictions[rows],
            f"{before}confidence": samples.confidences[rows],
        }
    return pd.DataFrame({**columns, "original": pairs.originals})
