"""What a study, or one of its datasets, is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from shiftscope.errors import BadRequest
from shiftscope.store.description import Description, GroupValue, checked_about
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.manifest import Manifest
from shiftscope.store.stored_study import StoredStudy


def describe(
    study: StoredStudy,
    dataset: str | None = None,
    *,
    about: str | None = None,
    groups: Mapping[str, GroupValue] | None = None,
) -> Description:
    """Say what a dataset is and where it belongs, and return what is said then; what is None stays.

    Parameters
    ----------
    dataset
        The study itself where None, which has a text alone.
    about
        At most 10,000 characters; empty text takes it away.
    groups
        Value by variable, as {"corruption": "noise", "severity": 3}: text names a group, a number orders its
        members. Variables that are not named stay, one whose value is empty text is removed.

    Raises
    ------
    NotInStudy
        No such dataset.
    BadRequest
        A value that is neither text nor a finite number, text that is too long, groups of the study itself, or a
        study that was opened to be read only.
    """
    if dataset is None and groups is not None:
        raise BadRequest("groups are those of a dataset: name it.")
    study.refuse_read_only("described in")

    def changed(manifest: Manifest) -> Manifest:
        if dataset is None:
            return dataclasses.replace(
                manifest, about=manifest.about if about is None else checked_about(about)
            )
        told = study.description(dataset).changed(about, groups)
        return dataclasses.replace(manifest, described={**manifest.described, dataset: told})

    if about is not None or groups is not None:
        with write_errors(study.path):
            study.update(changed)
    return Description(study.about) if dataset is None else study.description(dataset)
