"""Words that people put on samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.store.sample_tags import sample_tags as tags_by_id
from shiftscope.store.sample_tags import tag_samples
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["sample_tags", "tag_samples"]


def sample_tags(study: StoredStudy, dataset: str) -> pd.DataFrame:
    """A row for each sample of a dataset that has tags, in its order: position, id, tags."""
    import pandas as pd

    tags, ids = tags_by_id(study, dataset), study[dataset].samples.column("id").to_pylist()
    rows = [(at, name, ", ".join(sorted(tags[name]))) for at, name in enumerate(ids) if name in tags]
    return pd.DataFrame(rows, columns=["position", "id", "tags"])
