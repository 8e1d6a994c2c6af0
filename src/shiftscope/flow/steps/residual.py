"""A dictionary of what another one leaves of a shifted set, and the placebo of two parts of the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest
from shiftscope.progress import Progress
from shiftscope.store.derived_layer import name_of_set
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from shiftscope.derived.derivation import Derivation
    from shiftscope.derived.several_fits import SeveralFits
    from shiftscope.derived.tools.residual_report import ResidualReport
    from shiftscope.store.begun_fits import BegunFits
    from shiftscope.store.stored_recording import Recording

RESIDUAL_SIZE = 10  # features where nobody says
PLACEBO_SEED = 1  # of halves of the held-out reference: independent of the one that it is itself


@dataclass(frozen=True)
class Residuals:
    """Whose residuals of which dataset are told."""

    of: str  # derived layer
    dataset: str


def asked_residuals(
    study: StoredStudy, layer: str, residual_of: str | None, dataset: str | None
) -> Residuals | None:
    """What was asked for, checked; None where no residuals were.

    Raises
    ------
    BadRequest
        One of both alone, a layer with another one behind it, residuals of residuals, of positions or of the
        reference.
    NotInStudy
        No such layer or dataset.
    """
    if residual_of is None and dataset is None:
        return None
    if residual_of is None or dataset is None:
        raise BadRequest(
            "residuals are of a derived layer and of a dataset: give both residual_of= and dataset=."
        )
    study.layer(residual_of)
    before = study.derived.get(residual_of)
    if before is None:
        raise BadRequest(f"{residual_of!r} was recorded: no dictionary leaves anything of it.")
    if before.kind == "residual":
        raise BadRequest(
            f"{residual_of!r} tells residuals itself. Take those of {before.settings['before']!r}."
        )
    if before.behind != layer:
        raise BadRequest(f"{residual_of!r} is derived from {before.behind!r}, and not from {layer!r}.")
    if before.positions:
        raise BadRequest(
            f"codes of {residual_of!r} are made of positions, which are not stored: what it leaves of responses of "
            "samples would be another question."
        )
    study[dataset]
    if dataset == study.reference:
        raise BadRequest(f"{dataset!r} is the reference; residuals are told of a shifted set.")
    return Residuals(residual_of, dataset)


def residual_name(study: StoredStudy, asked: Residuals) -> str:
    """Of the layer, where nobody says."""
    recorded = study.manifest.recorded_as(asked.dataset)
    return name_of_set(
        study.derived, f"{asked.of}~residual~", asked.dataset, lambda each: each.fitted_on == recorded
    )


def residual_settings(
    study: StoredStudy, asked: Residuals, kind: str, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Parameters of the derived layer that tells residuals."""
    before = study.derived[asked.of]
    further = {name: value for name, value in settings.items() if name not in ("size", "seed")}
    return {
        "size": settings["size"],
        "seed": settings["seed"],
        "kind": kind,
        "settings": further,
        "before": asked.of,
        "before_kind": before.kind,
        "before_settings": dict(before.settings),
        "before_digest": before.digest,
    }


def fitted_on_residuals(
    study: StoredStudy,
    asked: Residuals,
    name: str,
    settings: Mapping[str, Any],
    seeds: int,
    progress: Progress,
    kept: BegunFits,
) -> tuple[SeveralFits, int]:
    """What is fitted on one half of the shifted set and reported on the other, and on how many samples.

    Raises
    ------
    BadRequest
        The residuals cannot be fitted like this.
    """
    from dataclasses import replace

    from shiftscope.derived.derivation import made, made_again
    from shiftscope.derived.residual import residual
    from shiftscope.derived.several_fits import KEPT, several_fits, steps_of
    from shiftscope.derived.tools.costs import refuse_sizes
    from shiftscope.derived.tools.residual_report import residual_report

    before = study.derived[asked.of]
    samples = sum(recording.plan.samples for recording in study.values())
    refuse_sizes(before.behind, study.layer(before.behind).units, settings["size"], samples)
    dictionary = made_again(before.kind, before.settings, study.learned(asked.of))
    kind = settings["kind"]
    own_settings = {**settings["settings"], "size": settings["size"], "seed": settings["seed"]}
    left = _left_over(study, asked, before.behind, dictionary)
    steps, placebo_steps = (
        steps_of(kind, own_settings, len(each), n) for each, n in ((left.shifted, seeds), (left.placebo, 1))
    )
    counted = "fits" if steps == seeds else "steps"
    try:
        with progress(
            f"{name}, {seeds} fits and a placebo", 0, steps + placebo_steps, counted=counted
        ) as advance:
            found = several_fits(
                kind, own_settings, left.shifted, left.held_out, seeds=seeds, advance=advance, kept=kept
            )
            reference = np.concatenate([left.placebo, left.placebo_held_out])
            report = residual_report(found.fitted, dictionary.components_, left.held_out, reference)
            placebo = made(kind, own_settings).fit(left.placebo[: len(left.shifted)])
            advance(placebo_steps)
    except ValueError as error:
        raise BadRequest(
            f"{kind} cannot be fitted on what {asked.of!r} leaves of {asked.dataset!r}: {error}"
        ) from error
    none_new = residual_report(
        placebo, dictionary.components_, left.placebo_held_out[::2], left.placebo_held_out[1::2]
    )
    fitted = residual(settings, found.fitted, dictionary)
    kept_rows = left.rows[:KEPT]
    kept_arrays = {"kept_rows_": kept_rows, "kept_codes_": fitted.transform(kept_rows)}
    told = {
        "residuals": {"of": asked.of, "dataset": asked.dataset, **_numbers(report)},
        "placebo": _numbers(none_new),
    }
    return replace(
        found,
        fitted=fitted,
        arrays={**found.arrays, **kept_arrays, **_by_atom(report)},
        report={**found.report, **told},
    ), len(left.rows)


@dataclass(frozen=True)
class _LeftOver:
    """What a dictionary leaves of responses, (sample, unit) each."""

    rows: npt.NDArray[Any]  # responses to one half of the shifted set
    shifted: npt.NDArray[Any]  # residuals of these
    held_out: npt.NDArray[Any]  # of the other half
    placebo: npt.NDArray[Any]  # of one half of what of the reference no dictionary is fitted on
    placebo_held_out: npt.NDArray[Any]


def _left_over(study: StoredStudy, asked: Residuals, layer: str, dictionary: Derivation) -> _LeftOver:
    """Raises `BadRequest` for too few samples to be taken in halves."""
    from shiftscope.derived.fitting import positions_to_fit, rows_to_fit
    from shiftscope.derived.residual import residuals

    here, reference = study[asked.dataset], study[study.reference]
    rows, apart = (
        rows_to_fit(here, layer, positions_to_fit(here, held_out=which)) for which in (False, True)
    )
    placebos = [rows_to_fit(reference, layer, part) for part in _placebo_parts(reference)]
    found = _LeftOver(rows, *(residuals(dictionary, each) for each in (rows, apart, *placebos)))
    if not len(found.held_out) or not len(found.placebo_held_out):
        raise BadRequest(
            f"{asked.dataset!r} and {study.reference!r} have too few samples to be taken in halves."
        )
    return found


def _by_atom(report: ResidualReport) -> dict[str, npt.NDArray[Any]]:
    return {
        "share_": report.shares,
        "times_": np.minimum(report.times, float(np.finfo(np.float32).max)),
        "cosine_": report.cosines,
        "new_": report.new.astype(np.float64),
    }


def _placebo_parts(reference: Recording) -> list[npt.NDArray[np.intp]]:
    """(row,) positions of two halves of what no dictionary is fitted on."""
    from shiftscope.derived.fitting import positions_to_fit
    from shiftscope.statistics.split import split

    positions = positions_to_fit(reference, held_out=True)
    ids = reference.samples.column("id").to_pylist()
    part = split([ids[position] for position in positions], 2, PLACEBO_SEED)
    return [positions[part == each] for each in (0, 1)]


def _numbers(report: ResidualReport) -> dict[str, Any]:
    return {
        "told": report.told,
        "told_by_mean": report.told_by_mean,
        "told_of_reference": report.told_of_reference,
        "new": int(report.new.sum()),
        "rows": report.rows,
    }
