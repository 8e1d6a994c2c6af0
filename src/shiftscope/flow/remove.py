"""A dataset taken out of a study."""

from __future__ import annotations

import dataclasses

from shiftscope.errors import BadRequest, NotInStudy, closest
from shiftscope.store.derived_layer import folder_of
from shiftscope.store.disk.atomic import remove_folder
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.manifest import Manifest
from shiftscope.store.places import RecordingPlace
from shiftscope.store.results import kept_results, remove_result
from shiftscope.store.sample_tags import forget_tags
from shiftscope.store.stored_study import StoredStudy


def remove(study: StoredStudy, dataset: str, *, reference: str | None = None) -> None:
    """Delete a dataset: its recording, whole or only begun, its codes of derived layers, the results on it, the
    tags of its samples.

    It is taken out of `study.json` first, and its recording is deleted last: where this is stopped midway the study
    opens without the dataset, and the same call deletes the rest.

    Parameters
    ----------
    reference
        The dataset that the others are compared with from now on; needed where the one removed is the reference.

    Raises
    ------
    NotInStudy
        No such dataset.
    BadRequest
        The dataset is the reference or the only one, or the study was opened to be read only.
    StudyBusy
        The dataset is being recorded.
    """
    study.refuse_read_only("removed from")
    study.reread()
    place = study.place_of(dataset)
    with write_errors(study.path), place.lock():
        if dataset not in study.manifest.datasets and not place.folders():
            study.refuse_absent(dataset)
        study.update(lambda manifest: _without(manifest, dataset, reference))
        _delete(study, place)
        if dataset in study.manifest.folders:
            study.update(lambda manifest: manifest.forgotten(dataset))
    study.forget()


def _without(manifest: Manifest, dataset: str, reference: str | None) -> Manifest:
    rest = [name for name in manifest.datasets if name != dataset]
    if reference is not None and reference not in rest:
        raise NotInStudy(
            f"no other dataset {reference!r} to be the reference; closest: {closest(reference, rest)}. "
            f"There are: {', '.join(rest) or 'none'}."
        )
    if dataset in manifest.datasets:
        if not rest:
            raise BadRequest(f"{dataset!r} is the only dataset of this study: delete the study's folder.")
        if dataset == (manifest.reference or manifest.datasets[0]) and reference is None:
            raise BadRequest(
                f"{dataset!r} is the reference, which the others are compared with. Say which one takes its place, as "
                f"reference={rest[0]!r}; there are {', '.join(rest)}."
            )
    return dataclasses.replace(manifest.removed(dataset), reference=reference or manifest.reference)


def _delete(study: StoredStudy, place: RecordingPlace) -> None:
    """All files of a dataset, the folder of its recording last."""
    forget_tags(study, place.recorded_as)
    for kept in kept_results(study.path):
        if kept.key and place.recorded_as in kept.key.datasets:
            remove_result(kept.folder)
    for layer in study.manifest.derived:
        if folder_of(study.place, layer).exists():
            codes = place.of_derived(layer)
            remove_folder(codes.folder)
            codes.sweep()
    for folder in place.folders():
        remove_folder(folder)
