"""Cues planted in CIFAR-10: how much of the label they tell, and how much two models go by them.

    python examples/planted_cue.py FOLDER --out cued

FOLDER holds `cifar10_train_lossless4000.npz`, 4,000 of CIFAR-10's training images without JPEG
(https://www.cs.toronto.edu/~kriz/cifar.html), and the weights `resnet20_cifar10.npz`
(https://github.com/akamaster/pytorch_resnet_cifar10, BSD 2-clause).

First the leak check of a patch at four associations, and a softmax regression that learns from the associated pictures
at each of them. Then the pretrained network, which never saw a cue, under each kind. For each its accuracy on the four
sets that were held out, its reliance, and the share of conflicts that it answers with the cue's category. It takes some
minutes of one core.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn import functional as F

import shiftscope as ss
from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.stimuli.cues.cue_sets import CueSets
from shiftscope.outcomes.outcomes import outcomes

CATEGORIES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
NORMALISED = ss.Preprocess(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
ASSOCIATIONS = (0.0, 0.5, 0.9, 1.0)
KINDS = ("patch", "frame", "tint", "watermark")
HELD_OUT = ("aligned", "conflict", "neutral", "cue_only")


class Block(nn.Module):
    """Two convolutions and a shortcut without weights (option A)."""

    def __init__(self, into: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out)
        self.conv2, self.bn2 = nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if y.shape != x.shape:
            added = (y.shape[1] - x.shape[1]) // 2
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, added, added))
        return F.relu(x + y)


class ResNet20(nn.Module):
    """He et al. (2016), Deep Residual Learning, section 4.2, with n = 3."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(*(Block(16, 16, 1) for _ in range(3)))
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1), Block(32, 32, 1))
        self.layer3 = nn.Sequential(Block(32, 64, 2), Block(64, 64, 1), Block(64, 64, 1))
        self.linear = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.linear(x.mean((2, 3)))


def pretrained(folder: Path) -> ResNet20:
    net = ResNet20()
    with np.load(folder / "resnet20_cifar10.npz") as weights:
        state = {name: torch.from_numpy(np.asarray(weights[name])) for name in weights.files}
    net.load_state_dict({**net.state_dict(), **state})
    return net.eval()


def pictures(folder: Path, limit: int | None = None) -> ArrayData:
    with np.load(folder / "cifar10_train_lossless4000.npz") as held:
        images, labels = held["image"][:limit], held["label"][:limit].astype(np.int64)
    return ArrayData(images, labels, categories=CATEGORIES, preprocess=NORMALISED)


def softmax_regression(cues: CueSets, *, steps: int = 300) -> nn.Module:
    """Fitted to the associated pictures in full batches, so that nothing is drawn."""
    inputs = torch.stack([sample.input for sample in cues.associated])
    labels = torch.tensor(cues.associated.labels)
    net = nn.Sequential(nn.Flatten(), nn.Linear(inputs[0].numel(), 10))
    for part in net.parameters():
        nn.init.zeros_(part)
    adam = torch.optim.Adam(net.parameters(), lr=0.001, weight_decay=1e-3)
    for _ in range(steps):
        adam.zero_grad()
        F.cross_entropy(net(inputs), labels).backward()
        adam.step()
    return net.eval()


def recorded(path: Path, net: nn.Module, layer: str, cues: CueSets) -> ss.Study:
    study = ss.Study.create(path, net, CATEGORIES, exist_ok=True)
    for name in ("neutral", *(each for each in HELD_OUT if each != "neutral")):
        study.record(cues.sets[name], name, layers=[layer], model=net, progress=False)
    return study


def told(study: ss.Study, cues: CueSets) -> dict[str, float]:
    """Accuracies, reliance with its interval, and the share of conflicts that name the cue's category."""
    accuracies = {name: outcomes(study[name].samples, len(CATEGORIES)).accuracy for name in HELD_OUT}
    reliance = cues.reliance(study)
    return {
        **accuracies,
        "reliance": reliance.value,
        "low": reliance.low,
        "high": reliance.high,
        "names the cue": reliance.named,
    }


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path, help="folder with the images and the weights")
    options.add_argument("--out", type=Path, default=Path("cued"), help="folder for a study of each row")
    options.add_argument("--limit", type=int, help="use only so many images")
    given = options.parse_args()

    data, rows = pictures(given.folder, given.limit), {}
    for association in ASSOCIATIONS:
        cues = ss.stimuli.cue(data, "patch", association=association)
        print(cues)
        net = softmax_regression(cues)
        study = recorded(given.out / f"regression-{association:g}.study", net, "1", cues)
        rows[f"softmax regression, association {association:g}"] = told(study, cues)
    net = pretrained(given.folder)
    for kind in KINDS:
        cues = ss.stimuli.cue(data, kind)
        study = recorded(given.out / f"resnet20-{kind}.study", net, "layer3", cues)
        rows[f"ResNet-20, {kind}"] = told(study, cues)
    print(pd.DataFrame(rows).T.round(3).to_string())


if __name__ == "__main__":
    main()
