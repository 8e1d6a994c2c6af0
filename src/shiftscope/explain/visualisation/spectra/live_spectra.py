"""Spectra of a study's datasets, with their data at hand."""

from __future__ import annotations

import numpy as np
import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.canvas.colour import colour_matrix, coloured
from shiftscope.explain.visualisation.canvas.magnitudes import ENOUGH, Magnitudes
from shiftscope.explain.visualisation.canvas.template import template
from shiftscope.explain.visualisation.fit_positions import fit_positions
from shiftscope.explain.visualisation.live import entering_of, pictures_at
from shiftscope.explain.visualisation.spectra.shift_spectra import ShiftSpectra, radial_profiles, radial_ratio
from shiftscope.recording.live_study import LiveStudy


def spectra_of(
    live: LiveStudy, dataset: str, *, pictures: int, limits: tuple[float, float] | None, seed: int
) -> ShiftSpectra:
    """Of so many pictures of a dataset and of the reference at most, of the halves that are fitted on.

    Raises
    ------
    BadRequest
        Inputs that are no pictures, or of other channels, or whose range is not known.
    """
    study = live.study
    sets = dataset, study.reference
    places = [fit_positions(study, name, pictures) for name in sets]
    shifted, reference = (
        pictures_at(live, name, some, *entering_of(study, name, limits))
        for name, some in zip(sets, places, strict=True)
    )
    if shifted.shape[1] != reference.shape[1]:
        raise BadRequest(
            f"pictures of {shifted.shape[1]} channels in {dataset!r} and of {reference.shape[1]} in "
            f"{study.reference!r}."
        )
    colour = colour_matrix(reference.shape[1], reference)
    ids = [[study[name].samples[place].id for place in some] for name, some in zip(sets, places, strict=True)]
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


def _template(pictures: torch.Tensor, colour: torch.Tensor) -> Magnitudes:
    """Their mean magnitudes at their own size."""
    channels, rows, columns = pictures.shape[1:]
    magnitude = template((channels, rows, columns), colour, pictures)
    counted = len(pictures) if len(pictures) >= ENOUGH else 0
    return Magnitudes(magnitude.numpy(), columns, colour.numpy(), counted)
