"""Spectra of a study's datasets, with their data at hand."""

from __future__ import annotations

import numpy as np
import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.colour import ENOUGH, colour_matrix, coloured
from shiftscope.explain.visualisation.entering import refuse_beyond
from shiftscope.explain.visualisation.live import AT_ONCE, entering_of
from shiftscope.explain.visualisation.magnitudes import Magnitudes
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.shift_spectra import ShiftSpectra, radial_profiles, radial_ratio
from shiftscope.explain.visualisation.template import template
from shiftscope.recording.live_study import LiveStudy
from shiftscope.statistics.split import fit_half
from shiftscope.store.layout import LOGITS

Range = tuple[float, float]


def spectra_of(
    live: LiveStudy, dataset: str, *, pictures: int, limits: Range | None, seed: int
) -> ShiftSpectra:
    """Of so many pictures of a dataset and of the reference at most, of the halves that are fitted on.

    Raises
    ------
    BadRequest
        Inputs that are no pictures, or of other channels, or whose range is not known.
    """
    study = live.study
    places = [_places(live, name, pictures) for name in (dataset, study.reference)]
    shifted, reference = (
        _pictures(live, name, some, limits)
        for name, some in zip((dataset, study.reference), places, strict=True)
    )
    if shifted.shape[1] != reference.shape[1]:
        raise BadRequest(
            f"pictures of {shifted.shape[1]} channels in {dataset!r} and of {reference.shape[1]} in "
            f"{study.reference!r}."
        )
    colour = colour_matrix(reference.shape[1], reference)
    ids = [
        [study[name].samples[place].id for place in some]
        for name, some in zip((dataset, study.reference), places, strict=True)
    ]
    paired = ids[0] == ids[1]
    back = torch.linalg.inv(colour)
    profiles = [radial_profiles(coloured(each.double(), back).numpy()) for each in (shifted, reference)]
    radial = radial_ratio(profiles[0], profiles[1], paired=paired, rng=np.random.default_rng(seed))
    return ShiftSpectra(
        dataset,
        study.reference,
        radial,
        (len(shifted), len(reference)),
        paired,
        (_template(shifted, colour), _template(reference, colour)),
    )


def _places(live: LiveStudy, dataset: str, most: int) -> list[int]:
    half = fit_half(live.study[dataset].samples.column("id").to_pylist())
    there = np.flatnonzero(half)
    if not len(there):
        raise BadRequest(f"no sample of {dataset!r} is in the half that is fitted on; it has {len(half)}.")
    # Spread evenly: samples often lie category by category.
    spread = np.linspace(0, len(there) - 1, min(most, len(there))).round().astype(np.intp)
    found: list[int] = there[spread].tolist()
    return found


def _pictures(live: LiveStudy, dataset: str, places: list[int], limits: Range | None) -> torch.Tensor:
    """(sample, channel, row, column)"""
    entering, ends = entering_of(
        live.study, PictureQuestion(dataset, LOGITS, 0, "maco", {}, 0, 0, range=limits)
    )
    blocks = []
    for start in range(0, len(places), AT_ONCE):
        inputs = live.inputs(dataset, places[start : start + AT_ONCE])
        if inputs.ndim != 4:
            raise BadRequest(f"inputs of shape {tuple(inputs.shape[1:])} a sample are no pictures.")
        blocks.append(entering.back(inputs).detach().cpu())
    found = torch.cat(blocks)
    refuse_beyond(found, ends, f"a sample of {dataset!r}", room=1e-4)
    return found.clamp(*ends)


def _template(pictures: torch.Tensor, colour: torch.Tensor) -> Magnitudes:
    """Their mean magnitudes at their own size."""
    channels, rows, columns = pictures.shape[1:]
    magnitude = template((channels, rows, columns), colour, pictures)
    counted = len(pictures) if len(pictures) >= ENOUGH else 0
    return Magnitudes(magnitude.numpy(), columns, colour.numpy(), counted)
