"""What each shift costs, at 32 and 224 pixels, beside the forward pass of a network of the size, and recorded.

python benchmarks/shifts.py                  # every shift
python benchmarks/shifts.py --size tiny      # as the tests run it
python benchmarks/shifts.py --weights FILE   # beside SqueezeNet 1.0 with these weights, an .npz of its arrays

CPU time on one thread at strength 0.5, of pictures of 3 channels, tables and kernels made before. Without weights the
network is SqueezeNet 1.0 with random ones, which takes as long. `images a second` counts the shift alone;
`of the pass` is its time over that of the network's forward pass of one picture.

Recorded are JPEG files with two loader workers, in turn as they are and under three shifts: samples a second by the
clock, of everything that a recording does, so on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from paired import SIZES, paired, save, table
from PIL import Image
from recording import one_thread
from torch import nn
from torch.nn import functional as F

import shiftscope as ss
from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.shift_kind import ShiftKind, shift_kinds

PIXELS = {"tiny": (32,), "small": (32, 224), "imagenet": (32, 224)}
PICTURES = {32: 32, 224: 4}  # shifted in one measurement
ENOUGH = {32: 700, 224: 20}  # images a second
STRENGTH = 0.5
RECORDED = {
    "tiny": (32, 8, 0),
    "small": (224, 128, 2),
    "imagenet": (224, 1024, 2),
}  # pixels, samples, loader workers
TOGETHER = ("gaussian_noise", "jpeg", "amplitude_swap")  # the last one reads two pictures for one


class Fire(nn.Module):
    def __init__(self, into: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(into, squeeze, 1)
        self.expand1, self.expand3 = nn.Conv2d(squeeze, expand, 1), nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.squeeze(x))
        return F.relu(torch.cat([self.expand1(x), self.expand3(x)], 1))


class SqueezeNet(nn.Module):
    """Iandola et al. (2016), version 1.0."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 96, 7, 2)
        into, squeezed = 96, (16, 16, 32, 32, 48, 48, 64, 64)
        for number, squeeze in enumerate(squeezed, 2):
            setattr(self, f"fire{number}", Fire(into, squeeze, 4 * squeeze))
            into = 8 * squeeze
        self.conv_final = nn.Conv2d(512, 1000, 1, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.conv1(x))
        for number in range(2, 10):
            if number in (2, 5, 9):
                x = F.max_pool2d(x, 3, 2, ceil_mode=True)
            x = getattr(self, f"fire{number}")(x)
        return F.relu(self.conv_final(x)).mean((2, 3))


def measure(size: str, rounds: int, weights: Path | None = None) -> dict[str, object]:
    with one_thread():  # a shift sees to its own
        network = squeezenet(weights)
        figures = {f"{pixels} px": _measured(pixels, rounds, network) for pixels in PIXELS[size]}
        recorded = _recorded(*RECORDED[size], min(rounds, 3), network)
    return {"benchmark": "shifts", **figures, "recorded": recorded}


def squeezenet(weights: Path | None) -> SqueezeNet:
    network = SqueezeNet().eval()
    if weights is not None:
        with np.load(weights) as arrays:
            network.load_state_dict(
                {name: torch.from_numpy(np.asarray(arrays[name])) for name in arrays.files}
            )
    return network


def _measured(pixels: int, rounds: int, network: SqueezeNet) -> dict[str, float]:
    """Milliseconds of CPU an image, by shift, and of the forward pass."""
    images = np.random.default_rng(0).integers(0, 256, (PICTURES[pixels] + 1, pixels, pixels, 3), np.uint8)
    inputs = torch.rand(1, 3, pixels, pixels, generator=torch.Generator().manual_seed(0))
    rivals = {name: partial(_shift, kind, images) for name, kind in shift_kinds.items()}
    seconds = paired({**rivals, "forward": partial(_forward, network, inputs)}, rounds, time.process_time)
    milliseconds = {
        name: 1e3 * each / (1 if name == "forward" else PICTURES[pixels]) for name, each in seconds.items()
    }
    forward = milliseconds["forward"]
    rows = [
        (name, f"{each:.2f}", f"{1e3 / each:,.0f}", f"{each / forward:.1%}")
        for name, each in milliseconds.items()
    ]
    table(f"{pixels} px", ("shift", "ms CPU an image", "images a second", "of the pass"), rows)
    slow = [name for name in rivals if 1e3 / milliseconds[name] < ENOUGH[pixels]]
    print(f"\nBelow {ENOUGH[pixels]} images a second and core: {', '.join(slow) or 'none'}.")
    return milliseconds


def _recorded(pixels: int, samples: int, workers: int, rounds: int, network: SqueezeNet) -> dict[str, float]:
    """Samples a second of a recording, by the shift; "none" as they are."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        coarse = np.random.default_rng(0).integers(0, 256, (samples, 8, 8, 3), np.uint8)
        (place / "val" / "0").mkdir(parents=True)
        for number, picture in enumerate(coarse):
            side = 5 * pixels // 4
            Image.fromarray(picture).resize((side, side)).save(place / "val" / "0" / f"{number}.jpg")
        study = ss.Study.create(place / "x.study", network, [str(each) for each in range(1000)])
        preprocess = ss.Preprocess(resize=pixels, crop=pixels)

        def record(shift: str) -> None:
            study.record(
                f"imagefolder:{place / 'val'}",
                shift or "none",
                layers=["fire9"],
                preprocess=preprocess,
                shift=f"{shift}:{STRENGTH}" if shift else (),
                outputs="logits",
                loader_workers=workers,
                overwrite=True,
                progress=False,
            )

        record("")  # the first one looks into the model
        seconds = paired({name or "none": partial(record, name) for name in ("", *TOGETHER)}, rounds)
    rates = {name: samples / each for name, each in seconds.items()}
    rows = [(name, f"{rate:.1f}", f"{rate / rates['none']:.0%}") for name, rate in rates.items()]
    table(
        f"{samples} JPEG files at {pixels} px, SqueezeNet on one thread, {workers} loader workers",
        ("shift", "samples a second", "of none"),
        rows,
    )
    return rates


def _shift(kind: ShiftKind, images: np.ndarray) -> None:
    for place, image in enumerate(images[:-1]):
        kind(
            image, STRENGTH, Draw(kind.name, 0, str(place), read_donor=lambda other=place + 1: images[other])
        )


def _forward(network: SqueezeNet, inputs: torch.Tensor) -> None:
    with torch.inference_mode():
        network(inputs)


if __name__ == "__main__":
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--size", choices=SIZES, default="small")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--weights", type=Path, help="SqueezeNet's arrays, .npz")
    options.add_argument("--json", type=Path, help="file for the figures")
    given = options.parse_args()
    save(given.json, {"size": given.size, **measure(given.size, given.rounds, given.weights)})
