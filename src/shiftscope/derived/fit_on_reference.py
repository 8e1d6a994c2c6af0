"""A dictionary of a recorded layer, fitted on the reference."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from shiftscope.errors import BadRequest
from shiftscope.percent import percent
from shiftscope.progress import Progress, bar, tell
from shiftscope.store.begun_fits import BegunFits
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import numpy.typing as npt

    from shiftscope.derived.derivation import Rows
    from shiftscope.derived.several_fits import SeveralFits
    from shiftscope.recording.live_study import LiveStudy
    from shiftscope.recording.stream import PassOptions


def fit_on_reference(
    study: StoredStudy,
    layer: str,
    kind: str,
    name: str,
    settings: dict[str, Any],
    *,
    seeds: int,
    progress: Progress,
    live: LiveStudy | None,
    options: PassOptions,
    kept: BegunFits,
) -> tuple[SeveralFits, int]:
    """What is fitted on the reference's fit half, and on how many samples.

    Parameters
    ----------
    live
        The study with its model and data, for rows at the positions of the layer.

    Raises
    ------
    BadRequest
        The responses cannot be fitted like this.
    """
    from sklearn.utils import get_tags

    from shiftscope.derived.derivation import made
    from shiftscope.derived.fitting import positions_to_fit, rows_to_fit
    from shiftscope.derived.several_fits import several_fits, steps_of
    from shiftscope.derived.tools.costs import costs, refuse_sizes

    reference = study[study.reference]
    samples = sum(recording.plan.samples for recording in study.values())
    refuse_sizes(layer, study.layer(layer).units, settings["size"], samples)
    fitted_on, rest = (positions_to_fit(reference, held_out=which) for which in (False, True))
    if live:
        rows, held_out = (
            _rows_at_positions(live, layer, each, name, options, progress) for each in (fitted_on, rest)
        )
    else:
        rows, held_out = (rows_to_fit(reference, layer, each) for each in (fitted_on, rest))
    negative = (rows < 0).mean() if len(rows) else 0
    if negative and get_tags(made(kind, settings)).input_tags.positive_only:
        raise BadRequest(
            f"{layer!r} has negative responses ({percent(negative)} of them); {kind.upper()} needs none. "
            'Try kind="seminmf" or kind="topk", or record with rectify.'
        )
    try:
        if progress is bar:
            tell(name, costs(kind, settings, rows, seeds=seeds, samples=samples))
        total = steps_of(kind, settings, len(rows), seeds)
        counted = "fits" if total == seeds else "steps"
        with progress(f"{name}, {seeds} fits", 0, total, counted=counted) as advance:
            found = several_fits(kind, settings, rows, held_out, seeds=seeds, advance=advance, kept=kept)
    except ValueError as error:
        raise BadRequest(f"{kind} cannot be fitted on {layer!r}: {error}") from error
    return found, len(fitted_on)


def _rows_at_positions(
    live: LiveStudy,
    layer: str,
    samples: npt.NDArray[np.intp],
    name: str,
    options: PassOptions,
    progress: Progress,
) -> Rows:
    from shiftscope.derived.positions import rows_at_positions

    study = live.study
    if not len(samples):
        return np.empty((0, study.layer(layer).units), np.float32)
    with progress(f"positions for {name}", 0, len(samples)) as advance:
        return rows_at_positions(
            live.model,
            live.dataset(study.reference),
            study.layer(layer),
            samples,
            answer=live.answer,
            categories=study.categories,
            options=dataclasses.replace(options, progress=advance),
        )
