"""Phases alone: how strong each frequency is stands still."""

from __future__ import annotations

import torch

from shiftscope.explain.visualisation.canvas.canvas import Canvas
from shiftscope.explain.visualisation.canvas.spectrum import even_part, odd_change
from shiftscope.explain.visualisation.parametrisation import Parametrisation, parametrisation

OPEN = 5.0  # of the gate at the start: 0.9933 of each frequency


def turned(magnitude: torch.Tensor, phases: torch.Tensor, change: torch.Tensor, columns: int) -> torch.Tensor:
    """(channel, row, column) real pictures whose spectra have exactly these magnitudes, their phases changed as far as
    they can be.

    Parameters
    ----------
    magnitude, phases, change : (channel, row, half column)
        The phases are those of a real picture, the magnitude is even where a column is its own conjugate.
    """
    spectrum = torch.polar(magnitude, phases + odd_change(change, columns))
    picture: torch.Tensor = torch.fft.irfft2(spectrum, s=(change.shape[-2], columns))
    return picture


def standardised(pictures: torch.Tensor) -> torch.Tensor:
    """(channel, row, column) with means of 0 and one deviation of 1 over all channels."""
    centred = pictures - pictures.mean((-2, -1), keepdim=True)
    return centred / (centred.std() + 1e-4)


@parametrisation("phase")
def phase(canvas: Canvas) -> Parametrisation:
    """From the start picture with its own magnitudes, each of which a gate may take away; or from the phases of noise
    with the magnitudes of the template, and no gate.

    References
    ----------
    Hamblin et al. (2024), Feature Accentuation: Revealing 'What' Features Respond to in Natural Images.
    """
    return phases_of(canvas, gated=True)


def phases_of(canvas: Canvas, *, gated: bool) -> Parametrisation:
    """As `phase`; without a gate the magnitudes of the start picture stand still.

    References
    ----------
    Fel et al. (2023), Unlocking Feature Visualization for Deeper Networks with MAgnitude Constrained Optimization.
    """
    columns = canvas.shape[2]
    from_picture = canvas.start is not None
    base = canvas.numbers(canvas.start) if canvas.start is not None else canvas.noise(*canvas.shape)
    spectrum = torch.fft.rfft2(base)
    phases = spectrum.angle()
    magnitude = spectrum.abs() if from_picture else canvas.template().to(canvas.device, canvas.dtype)
    magnitude = even_part(magnitude, columns)
    change = torch.zeros_like(phases).requires_grad_()
    if not from_picture:
        return Parametrisation([change], lambda: standardised(turned(magnitude, phases, change, columns)))
    if not gated:
        return Parametrisation([change], lambda: turned(magnitude, phases, change, columns))
    gate = torch.full_like(phases, OPEN).requires_grad_()

    def decorrelated() -> torch.Tensor:
        kept = magnitude * even_part(torch.sigmoid(gate), columns)
        return turned(kept, phases, change, columns)

    return Parametrisation([change, gate], decorrelated)
