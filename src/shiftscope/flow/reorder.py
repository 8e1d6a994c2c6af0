"""The order in which the datasets of a study are shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from shiftscope.errors import BadRequest, NotInStudy, closest
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.manifest import Manifest
from shiftscope.store.stored_study import StoredStudy


def reorder(study: StoredStudy, datasets: Sequence[str]) -> list[str]:
    """Show the datasets in another order, and give it; the reference stands first whatever its place.

    Parameters
    ----------
    datasets
        Names, first to last; those that are not named follow in the order they had.

    Raises
    ------
    NotInStudy
        No such dataset.
    BadRequest
        A name that stands twice, or a study that was opened to be read only.
    """
    study.refuse_read_only("reordered")
    if isinstance(datasets, str):
        raise BadRequest(f"datasets={datasets!r}; they are a list of names.")
    twice = [name for place, name in enumerate(datasets) if name in datasets[:place]]
    if twice:
        raise BadRequest(f"{twice[0]!r} stands twice in the order.")

    def reordered(manifest: Manifest) -> Manifest:
        for name in datasets:
            if name not in manifest.datasets:
                raise NotInStudy(
                    f"no dataset {name!r} in this study; closest: {closest(name, manifest.datasets)}. "
                    f"Recorded are {', '.join(manifest.datasets)}."
                )
        rest = (name for name in manifest.datasets if name not in datasets)
        return dataclasses.replace(manifest, datasets=(*datasets, *rest))

    with write_errors(study.path):
        study.update(reordered)
    return study.datasets
