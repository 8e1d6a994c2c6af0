"""Attribution to wavelet coefficients: gradients of the input, which `wavelets/` turns into those of coefficients."""

from __future__ import annotations

from typing import Any

import torch

from shiftscope.explain.attribution.attribution import Passes, Shown, attribution
from shiftscope.explain.attribution.methods.integrated_gradients import mean_on_path, path_passes
from shiftscope.explain.attribution.methods.smoothgrad import mean_under_noise, noisy_passes
from shiftscope.explain.attribution.usual_passes import NOISY_COPIES, PATH_STEPS


def _one_pass(shape: tuple[int, ...], **options: Any) -> Passes:
    return Passes(1, 1)


@attribution("wam_saliency", title="WAM, saliency", passes=_one_pass, places=True, wavelets=True)
def wam_saliency(shown: Shown) -> torch.Tensor:
    """Gradient of the unit with respect to the wavelet coefficients of the input.

    References
    ----------
    Kasmi, Brunetto, Fel & Parekh (2025), One Wave to Explain Them All.
    """
    return shown.mean_gradient(1, lambda rows, numbers: shown.inputs[rows])


@attribution("wam_smoothgrad", title="WAM, SmoothGrad", passes=noisy_passes, places=True, wavelets=True)
@attribution("wam", title="WAM", passes=noisy_passes, places=True, wavelets=True)
def wam_smoothgrad(
    shown: Shown, *, n: int = NOISY_COPIES, spread: float = 0.25, clip: bool = False
) -> torch.Tensor:
    """Mean gradient with respect to the wavelet coefficients of n copies of the input with noise, as SmoothGrad.

    References
    ----------
    Kasmi, Brunetto, Fel & Parekh (2025), One Wave to Explain Them All.
    """
    return mean_under_noise(shown, n, spread, clip)


@attribution(
    "wam_integrated",
    title="WAM, integrated gradients",
    passes=path_passes,
    multiplies=True,
    complete=True,
    places=True,
    wavelets=True,
)
def wam_integrated(shown: Shown, *, n_steps: int = PATH_STEPS) -> torch.Tensor:
    """Mean gradient with respect to the wavelet coefficients on the path from the baseline to the input, times the
    coefficients of input less baseline.

    References
    ----------
    Kasmi, Brunetto, Fel & Parekh (2025), One Wave to Explain Them All.
    """
    return mean_on_path(shown, n_steps)
