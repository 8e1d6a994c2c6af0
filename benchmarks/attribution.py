"""What maps cost beside captum and beside autograd through a wavelet transform, and memory beside the number of steps.

python benchmarks/attribution.py                   # a small convnet, 224 px
python benchmarks/attribution.py --size tiny       # as the tests run it

CPU time on one thread, rivals in turn, medians. The wavelet transform of the rival is a Haar synthesis in torch.
"""

from __future__ import annotations

import threading
import time
from functools import partial
from itertools import pairwise

import torch
from paired import command, paired, table
from recording import one_thread
from torch import nn

import shiftscope as ss

SIZES = {  # pixels, samples, noisy copies
    "tiny": (16, 2, 2),
    "small": (224, 8, 25),
    "imagenet": (224, 16, 50),
}
SPREAD, LEVEL = 0.25, 3
CHANNELS = 3, 16, 32, 64, 64


def measure(size: str, rounds: int) -> dict[str, object]:
    pixels, samples, n = SIZES[size]
    with one_thread():
        torch.manual_seed(0)
        model, inputs = convnet(), torch.randn(samples, 3, pixels, pixels)
        return {
            "benchmark": "attribution",
            "smoothgrad": _against_captum(model, inputs, n, rounds),
            "wam": _against_autograd(model, inputs, n, rounds),
            "memory": _memory(model, inputs[:1], 1000 if size != "tiny" else 20),
        }


def convnet() -> nn.Module:
    modules: list[nn.Module] = []
    for given, made in pairwise(CHANNELS):
        modules += [nn.Conv2d(given, made, 3, stride=2, padding=1), nn.ReLU()]
    return nn.Sequential(*modules, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(CHANNELS[-1], 10)).eval()


def _against_captum(model: nn.Module, inputs: torch.Tensor, n: int, rounds: int) -> dict[str, float]:
    ours = partial(ss.attribute, model, inputs, 1, method="smoothgrad", n=n, spread=SPREAD)
    rivals = {"shiftscope": ours}
    try:
        from captum.attr import NoiseTunnel, Saliency
    except ImportError:
        print("captum is not installed: measured alone.")
    else:
        shown = inputs.clone().requires_grad_()  # captum warns of any other
        rivals["captum"] = partial(
            NoiseTunnel(Saliency(model)).attribute,
            shown,
            nt_type="smoothgrad",
            nt_samples=n,
            nt_samples_batch_size=8,
            stdevs=SPREAD,
            target=1,
        )
    return _told(f"SmoothGrad, {n} copies, {_size(inputs)}", rivals, len(inputs), rounds)


def _against_autograd(model: nn.Module, inputs: torch.Tensor, n: int, rounds: int) -> dict[str, float]:
    rivals = {
        "shiftscope": partial(
            ss.attribute, model, inputs, 1, method="wam", n=n, spread=SPREAD, level=LEVEL, seed=1
        ),
        "autograd": partial(through_the_transform, model, inputs, n),
    }
    return _told(f"WAM SmoothGrad, {n} copies, {_size(inputs)}", rivals, len(inputs), rounds)


def _told(title: str, rivals: dict[str, partial[object]], samples: int, rounds: int) -> dict[str, float]:
    seconds = paired(rivals, rounds, time.process_time)
    rates = {name: samples / each for name, each in seconds.items()}
    ratios = {f"times {name}": rates["shiftscope"] / rate for name, rate in rates.items()}
    rows = [(name, f"{rate:.2f}", f"{ratios[f'times {name}']:.2f}") for name, rate in rates.items()]
    table(title, ("", "pictures a CPU second", "shiftscope is as many times as fast"), rows)
    return {**rates, **ratios}


def through_the_transform(model: nn.Module, inputs: torch.Tensor, n: int) -> list[torch.Tensor]:
    """Mean gradient of Haar coefficients of noisy copies, by autograd through the synthesis."""
    total: list[torch.Tensor] | None = None
    widths = inputs.flatten(1).amax(1) - inputs.flatten(1).amin(1)
    for _ in range(n):
        noisy = inputs + SPREAD * widths.reshape(-1, 1, 1, 1) * torch.randn_like(inputs)
        bands = [band.requires_grad_() for band in analysed(noisy)]
        found = torch.autograd.grad(model(synthesised(bands))[:, 1].sum(), bands)
        total = list(found) if total is None else [a + b for a, b in zip(total, found, strict=True)]
    assert total is not None
    return [band / n for band in total]


def analysed(pictures: torch.Tensor) -> list[torch.Tensor]:
    """The approximation, then (3, ...) details from coarse to fine; sides are divisible by 2**LEVEL."""
    details = []
    for _ in range(LEVEL):
        a, b, c, d = (pictures[..., row::2, column::2] for row in (0, 1) for column in (0, 1))
        pictures = (a + b + c + d) / 2
        details.append(torch.stack([a + b - c - d, a - b + c - d, a - b - c + d]) / 2)
    return [pictures, *reversed(details)]


def synthesised(bands: list[torch.Tensor]) -> torch.Tensor:
    pictures, *details = bands
    for h, v, d in details:
        whole = pictures.new_zeros((*pictures.shape[:-2], 2 * pictures.shape[-2], 2 * pictures.shape[-1]))
        for row, column, sign_h, sign_v in ((0, 0, 1, 1), (0, 1, 1, -1), (1, 0, -1, 1), (1, 1, -1, -1)):
            whole[..., row::2, column::2] = (pictures + sign_h * h + sign_v * v + sign_h * sign_v * d) / 2
        pictures = whole
    return pictures


def _memory(model: nn.Module, inputs: torch.Tensor, most: int) -> dict[str, float]:
    """Largest resident memory of the process under integrated gradients with few and many steps, in MiB."""
    _integrated(model, inputs, 10)  # what is allocated once
    peaks = {steps: _peak(partial(_integrated, model, inputs, steps)) / 2**20 for steps in (10, most)}
    rows = [(f"{steps}", f"{peak:.1f}") for steps, peak in peaks.items()]
    table("Largest memory of the process, integrated gradients, 8 points a pass", ("steps", "MiB"), rows)
    return {f"{steps} steps": peak for steps, peak in peaks.items()}


def _integrated(model: nn.Module, inputs: torch.Tensor, steps: int) -> None:
    ss.attribute(model, inputs, 1, method="integrated_gradients", n_steps=steps, internal_batch_size=8)


def _peak(run: partial[None]) -> int:
    """Largest resident memory while it runs, looked at every two milliseconds."""
    largest, done = _resident(), threading.Event()

    def look() -> None:
        nonlocal largest
        while not done.wait(0.002):
            largest = max(largest, _resident())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        run()
    finally:
        done.set()
        looking.join()
    return largest


def _resident() -> int:
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * 4096


def _size(inputs: torch.Tensor) -> str:
    return f"{len(inputs)} pictures of {inputs.shape[-1]} px"


if __name__ == "__main__":
    command(__doc__, measure)
