"""The description of a derived layer: found, or fitted and listed in the study."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from shiftscope.errors import StudyMismatch
from shiftscope.flow.steps.residual import Residuals, fitted_on_residuals
from shiftscope.progress import Progress
from shiftscope.store.begun_fits import BegunFits
from shiftscope.store.derived_layer import DerivedLayer, write_derived, write_learned
from shiftscope.store.manifest import Manifest
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from shiftscope.recording.live_study import LiveStudy
    from shiftscope.recording.stream import PassOptions


def fitted_layer(
    study: StoredStudy,
    layer: str,
    kind: str,
    name: str,
    settings: dict[str, Any],
    residuals: Residuals | None,
    live: LiveStudy | None,
    options: PassOptions,
    *,
    seeds: int,
    overwrite: bool,
    progress: Progress,
) -> DerivedLayer:
    """The derived layer of this name, fitted now unless it was before, and listed in the manifest."""
    from importlib.metadata import version

    from shiftscope.derived.derivation import learned
    from shiftscope.derived.fit_on_reference import fit_on_reference
    from shiftscope.derived.fitting import SPLIT
    from shiftscope.store.derived_layer import folder_of
    from shiftscope.store.disk.atomic import remove_folder

    versions = {package: version(package) for package in ("shiftscope", "scikit-learn", "numpy", "torch")}
    source = study[residuals.dataset if residuals else study.reference]
    before = study.derived.get(name)
    if before is not None and not overwrite:
        _refuse_other(before, source, (layer, kind, settings, live is not None))
        return before
    decided: dict[str, Any] = {"layer": layer, "kind": kind, "settings": settings, "data": source.digest}
    decided |= {"positions": live is not None, "seeds": seeds, "versions": versions}
    kept = BegunFits(study.place, name, decided)
    if residuals:
        found, rows = fitted_on_residuals(study, residuals, name, settings, seeds, progress, kept)
    else:
        found, rows = fit_on_reference(
            study,
            layer,
            kind,
            name,
            settings,
            seeds=seeds,
            progress=progress,
            live=live,
            options=options,
            kept=kept,
        )
    remove_folder(folder_of(study.place, name))
    arrays = {**learned(found.fitted), **found.arrays}
    derived = DerivedLayer(
        name=name,
        behind=layer,
        kind=kind,
        units=len(arrays["components_"]),
        settings=settings,
        fitted_on=source.place.recorded_as,
        rows=rows,
        split=SPLIT,
        recording=source.digest,
        sha256=write_learned(study.place, name, arrays),
        positions=live is not None,
        versions=versions,
        fit_report=_without_nan(found.report),
    )
    write_derived(study.place, derived)
    _list(study, name)
    kept.remove()
    return derived


def _refuse_other(
    before: DerivedLayer, source: Recording, asked: tuple[str, str, dict[str, Any], bool]
) -> None:
    """Raise `StudyMismatch` where the layer that has the name is of another recording, or of another layer, kind,
    settings or places than is asked for."""
    same = (before.behind, before.kind, dict(before.settings), before.positions) == asked
    if not same or before.recording != source.digest:
        what = f"of another recording of {source.name!r}" if same else "otherwise"
        raise StudyMismatch(
            f"a derived layer {before.name!r} was made {what}: {before.kind} of {before.behind!r} with "
            f"{dict(before.settings)}. Choose another name, or replace it on purpose with overwrite=True."
        )


def _list(study: StoredStudy, name: str) -> None:
    """In the manifest, as the last one."""

    def listed(manifest: Manifest) -> Manifest:
        others = tuple(other for other in manifest.derived if other != name)
        return dataclasses.replace(manifest, derived=(*others, name))

    study.update(listed)


def _without_nan(told: Any) -> Any:
    """As JSON has it, where a number that there is none of is null."""
    if isinstance(told, dict):
        return {name: _without_nan(each) for name, each in told.items()}
    return None if isinstance(told, float) and told != told else told
