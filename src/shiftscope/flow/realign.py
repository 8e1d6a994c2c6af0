"""A derived layer aligned to one shifted set, as a layer of its own."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING

from shiftscope.derived.encode import encode
from shiftscope.errors import BadRequest, StudyMismatch
from shiftscope.progress import Progress
from shiftscope.store.derived_layer import DerivedLayer, write_derived, write_learned
from shiftscope.store.disk.locks import BETWEEN, held
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.layout import folder_name
from shiftscope.store.manifest import Manifest
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from shiftscope.derived.realigned import Realigned
    from shiftscope.explain.realignment.realignment import Realignment


def _versions() -> dict[str, int]:
    from shiftscope.explain.realignment.stored import VERSIONS

    return VERSIONS


result_kind("realignments", _versions)


def realign(
    study: StoredStudy,
    layer: str,
    dataset: str,
    *,
    variant: str | None = None,
    overwrite: bool = False,
    progress: bool | Progress = True,
) -> Realignment:
    """Align a derived layer to one shifted set; where that helps, it is stored as the layer "LAYER~as~DATASET".

    Every variant is made of one half of the samples that are adapted on, and the one that keeps most decisions of the
    other half is proposed and made of all of them. All numbers are of samples that nothing was adapted on. It is taken
    where the variance left falls by more than it does between two halves of the reference, and decisions are kept.

    Parameters
    ----------
    layer
        A derived layer, as "hidden~nmf32".
    dataset
        A shifted one.
    variant
        "bias" and "decoder", which leave every code as it is; "scale", "transport", "rotation" or "twins", whose codes
        cannot be compared with the reference's. The one that is proposed where not given.
    overwrite
        Replace a realigned layer of this name that was made otherwise.

    Returns
    -------
    Realignment
        The numbers of every variant, whether it was `accepted`, and the `name` of the layer. Of a study opened to be
        read only they are all there is: nothing is stored.

    Raises
    ------
    NotInStudy
        No such layer or dataset.
    BadRequest
        A layer that was recorded, is aligned already, or is of residuals or positions; the reference; no such variant;
        too few samples; a set that does not vary; no stored head.
    StudyMismatch
        A layer of this name was made otherwise, and not `overwrite`.
    """
    from shiftscope.derived.realigned import aligned_to
    from shiftscope.explain.realignment.realign import STEPS
    from shiftscope.explain.realignment.realign import realign as found_for
    from shiftscope.explain.realignment.stored import keep
    from shiftscope.explain.realignment.variant import variants
    from shiftscope.progress import shown

    name, dataset = study.layer(layer).name, study[dataset].name
    if name not in study.derived:
        raise BadRequest(
            f"{name!r} was recorded, so there is no dictionary to align. Derive a layer from it."
        )
    if to := aligned_to(study, name):
        raise BadRequest(f"{name} is already aligned to {to.dataset}; align {to.parent}.")
    if study.derived[name].kind == "residual":
        before = study.derived[name].settings["before"]
        raise BadRequest(f"{name} tells what {before} leaves; align {before}.")
    if study.derived[name].positions:
        raise BadRequest(
            f"codes of {name} are made of positions, which the study does not store: align another layer."
        )
    if dataset == study.reference:
        raise BadRequest(f"{name} was fitted on {dataset}: align it to a shifted set.")
    if variant is not None:
        variants[variant]
    for recording in study.values():
        recording.require_responses()
    with partial(shown(progress), counted="steps")(f"{name} as {dataset}", 0, STEPS) as advance:
        found, aligned = found_for(study, name, dataset, variant, advance=advance)
    keep(study, found)
    if found.accepted and not study.read_only:
        _store(study, found, aligned, overwrite=overwrite, progress=shown(progress))
    return found


def _store(
    study: StoredStudy, found: Realignment, aligned: Realigned, *, overwrite: bool, progress: Progress
) -> None:
    """The realigned layer and its codes of every dataset."""
    with write_errors(study.path):
        with held(study.path, f"{folder_name(found.name)}{BETWEEN}derive"):
            study.reread()
            derived = _described(study, found, aligned, overwrite=overwrite)
        for dataset in study:
            encode(study, derived, dataset, progress=progress)
    study.forget()


def _described(
    study: StoredStudy, found: Realignment, aligned: Realigned, *, overwrite: bool
) -> DerivedLayer:
    """The realigned layer, written unless it is there, and listed in the manifest."""
    from importlib.metadata import version

    from shiftscope.derived.derivation import learned
    from shiftscope.derived.fitting import rows_to_fit
    from shiftscope.derived.realigned import REALIGNED
    from shiftscope.derived.several_fits import KEPT
    from shiftscope.explain.fit_under_shift.sets import adapting
    from shiftscope.explain.realignment.rows import SPLIT
    from shiftscope.store.derived_layer import folder_of
    from shiftscope.store.disk.atomic import remove_folder

    parent, recording = study.derived[found.layer], study[found.dataset]
    settings, before = aligned.get_params(), study.derived.get(found.name)
    if before is not None and not overwrite:
        if dict(before.settings) == settings and before.recording == recording.digest:
            return before
        raise StudyMismatch(
            f"a layer {found.name!r} was made otherwise, by {before.settings.get('variant', before.kind)}. Replace it "
            "on purpose with overwrite=True."
        )
    kept = rows_to_fit(recording, parent.behind, adapting(recording, parent.behind).positions[:KEPT])
    arrays = {**learned(aligned), "kept_rows_": kept, "kept_codes_": aligned.transform(kept)}
    remove_folder(folder_of(study.place, found.name))
    derived = DerivedLayer(
        name=found.name,
        behind=parent.behind,
        kind=REALIGNED,
        units=parent.units,
        settings=settings,
        fitted_on=recording.place.recorded_as,
        rows=found.adapted_on,
        split=SPLIT,
        recording=recording.digest,
        sha256=write_learned(study.place, found.name, arrays),
        versions={package: version(package) for package in ("shiftscope", "scikit-learn", "numpy", "torch")},
        fit_report={"realignment": found.as_json()},
    )
    write_derived(study.place, derived)

    def listed(manifest: Manifest) -> Manifest:
        others = tuple(other for other in manifest.derived if other != found.name)
        return dataclasses.replace(manifest, derived=(*others, found.name))

    study.update(listed)
    return derived
