"""Do features carry more than neurons? The most active of each removed, at three depths of a small residual network.

    python examples/local_against_distributed.py --out removals --seeds 3

Trains a network of six residual blocks on scikit-learn's digits, 16 pixels wide, derives 20 features by non-negative
matrix factorisation after blocks 2, 4 and 6, and prints by how much the predicted logit falls without each sample's
most active feature, its most active channel, and a random direction of the feature's size. Two minutes a seed of one
thread. The question is that of Colin et al. (2024), arXiv 2411.03993; the network is a small one of ours.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

import shiftscope as ss

LAYERS = ("blocks.1.out", "blocks.3.out", "blocks.5.out")
TRAINED = 1000  # of 1,797 digits
NOISE = 0.2  # standard deviation, of pixels from 0 to 1
FEATURES = 20
Digits = tuple[torch.Tensor, torch.Tensor]  # images and labels


class Block(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inside = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.out = nn.ReLU()

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return self.out(maps + self.inside(maps))


class SmallResidual(nn.Module):
    """Six blocks of 32 channels, pooled after the second, then the mean of each map and ten digits."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU())
        self.blocks = nn.ModuleList(Block(32) for _ in range(6))
        self.head = nn.Linear(32, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        maps = self.stem(images)
        for place, block in enumerate(self.blocks):
            maps = block(maps)
            if place == 1:
                maps = F.max_pool2d(maps, 2)
        return self.head(maps.mean((2, 3)))


def digits(seed: int) -> tuple[Digits, Digits]:
    """Images (sample, 1, 16, 16) from 0 to 1 with their labels: to train on, and the others."""
    flat, labels = load_digits(return_X_y=True)
    small = torch.from_numpy(flat.astype(np.float32) / 16).reshape(-1, 1, 8, 8)
    images, told = F.interpolate(small, size=16, mode="bilinear"), torch.from_numpy(labels)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    trained, others = order[:TRAINED], order[TRAINED:]
    return (images[trained], told[trained]), (images[others], told[others])


def trained(images: torch.Tensor, labels: torch.Tensor, epochs: int, seed: int) -> SmallResidual:
    """A network after so many epochs; after none, as it was initialised."""
    torch.manual_seed(seed)
    net = SmallResidual()
    adam = torch.optim.Adam(net.parameters(), lr=2e-3)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(64):
            adam.zero_grad()
            F.cross_entropy(net(images[batch]), labels[batch]).backward()
            adam.step()
    return net.eval()


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--out", type=Path, default=Path("removals"))
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--first", type=int, default=0, help="seed to begin with")
    options.add_argument("--epochs", type=int, default=8, help="0 for an untrained network")
    options.add_argument("--limit", type=int, default=1000, help="samples of each set that are reported")
    given = options.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    print(f"{'seed':4} {'layer':20} {'set':7} {'feature':>8} {'unit':>8} {'random':>8} {'ratio':>6}  95 %")
    for seed in range(given.first, given.first + given.seeds):
        lessons, (images, labels) = digits(seed)
        net = trained(*lessons, given.epochs, seed)
        noise = NOISE * torch.randn(images.shape, generator=torch.Generator().manual_seed(seed))
        shown = {
            "digits": torch.utils.data.TensorDataset(images, labels),
            "noise": torch.utils.data.TensorDataset((images + noise).clamp(0, 1), labels),
        }
        study = ss.Study.create(given.out / f"seed-{seed}.study", net, [str(digit) for digit in range(10)])
        for name, dataset in shown.items():
            study.record(dataset, name, layers=list(LAYERS), reference=name == "digits", progress=False)
        for layer in LAYERS:
            study.derive(layer, "nmf", size=FEATURES, seeds=1, progress=False)
        found = study.local_against_distributed(samples=given.limit, data=shown, progress=False)
        for layer, sets in found.layers.items():
            for name, removals in sets.items():
                feature, unit, random = removals.estimates()
                drops = " ".join(f"{each.logit.value:8.2f}" for each in (feature, unit, random))
                ends = f"{feature.ratio.low:.2f} to {feature.ratio.high:.2f}"
                print(f"{seed:4} {layer:20} {name:7} {drops} {feature.ratio.value:6.2f}  {ends}", flush=True)


if __name__ == "__main__":
    main()
