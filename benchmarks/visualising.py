"""What a step of a picture costs beside other tools and beside the bare model.

python benchmarks/visualising.py                   # a small convnet, 224 px, 6 crops
python benchmarks/visualising.py --size tiny       # as the tests run it

CPU time on one thread, rivals in turn, medians. dreamlens is measured where it is installed; Horama's loop is written
in `peers/`.
"""

from __future__ import annotations

import time
from functools import partial

import torch
from attribution import convnet
from paired import command, paired, table
from peers.horama_maco import horama_like
from recording import one_thread
from torch import nn

import shiftscope as ss
from shiftscope.explain.visualisation.canvas.colour import colour_matrix
from shiftscope.explain.visualisation.canvas.spectrum import falling

SIZES = {"tiny": (32, 2), "small": (224, 20), "imagenet": (224, 40)}  # pixels, steps
CROPS, UNIT = 6, 3


def measure(size: str, rounds: int) -> dict[str, object]:
    pixels, steps = SIZES[size]
    with one_thread():
        torch.manual_seed(0)
        model = convnet()
        return {
            "benchmark": "visualising",
            "maco": _maco(model, pixels, steps, rounds),
            "accentuation": _accentuation(model, pixels, steps, rounds),
        }


def _maco(model: nn.Module, pixels: int, steps: int, rounds: int) -> dict[str, float]:
    magnitude = falling(pixels, pixels).float().expand(3, -1, -1).clone()
    rivals: dict[str, partial[object]] = {
        "shiftscope": partial(
            ss.visualise, model, UNIT, shape=(3, pixels, pixels), range=(-2.5, 2.5), steps=steps, crops=CROPS
        ),
        "bare model": partial(_bare, model, pixels, steps),
        "Horama's loop": partial(
            horama_like,
            lambda views: model(views)[:, UNIT],
            magnitude,
            colour_matrix(3).float(),
            size=pixels,
            steps=steps,
            crops=CROPS,
        ),
    }
    dreamlens = _dreamlens(model, pixels, steps)
    if dreamlens is not None:
        rivals["dreamlens"] = dreamlens
    return _told(f"MACO, {CROPS} crops of {pixels} px", rivals, steps, rounds)


def _accentuation(model: nn.Module, pixels: int, steps: int, rounds: int) -> dict[str, float]:
    image = torch.rand(3, pixels, pixels)
    draw = partial(
        ss.visualise, model, UNIT, method="accentuation", image=image, range=(0, 1), steps=steps, crops=CROPS
    )
    rivals = {
        "shiftscope": partial(draw, strength=1.0),
        "without the hold": partial(draw, strength=0.0),
        "bare model": partial(_bare, model, pixels, steps),
    }
    return _told(f"Accentuation, {CROPS} crops of {pixels} px", rivals, steps, rounds)


def _bare(model: nn.Module, pixels: int, steps: int) -> None:
    """Forward and backward passes of as many crops, to their pixels."""
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    views = torch.rand(CROPS, 3, pixels, pixels).requires_grad_()
    for _ in range(steps):
        torch.autograd.grad(model(views)[:, UNIT].mean(), views)


def _dreamlens(model: nn.Module, pixels: int, steps: int) -> partial[object] | None:
    try:
        from dreamlens import Objective, maco
    except ImportError:
        print("dreamlens is not installed: measured without it.")
        return None
    return partial(
        maco,
        Objective.neuron(model, model[-1], UNIT),
        nb_steps=steps,
        nb_crops=CROPS,
        custom_shape=(pixels, pixels),
        input_shape=(1, 3, pixels, pixels),
        values_range=(-2.5, 2.5),
    )


def _told(title: str, rivals: dict[str, partial[object]], steps: int, rounds: int) -> dict[str, float]:
    seconds = paired(rivals, rounds, time.process_time)
    rates = {name: steps / each for name, each in seconds.items()}
    ratios = {f"times {name}": rates["shiftscope"] / rate for name, rate in rates.items()}
    rows = [(name, f"{rate:.1f}", f"{ratios[f'times {name}']:.2f}") for name, rate in rates.items()]
    table(title, ("", "steps a CPU second", "shiftscope is as many times as fast"), rows)
    return {**rates, **ratios}


if __name__ == "__main__":
    command(__doc__, measure)
