"""A pretrained ResNet-20 on CIFAR-10 and on two shifts: other photographs, and another image coding.

    python examples/cifar10_resnet20.py FOLDER --out resnet20.study

FOLDER holds the weights `resnet20_cifar10_jpeg.npz` (fine-tuned on JPEG-coded images from those of
https://github.com/akamaster/pytorch_resnet_cifar10, BSD 2-clause), and
- `cifar10_test_jpeg.npz`, CIFAR-10's test images as JPEG (CIFAR-10: https://www.cs.toronto.edu/~kriz/cifar.html),
- `cifar10_like_tinyimagenet.npz`, photographs of 7 of its classes from Tiny ImageNet (http://cs231n.stanford.edu),
- `cifar10_train_lossless4000.npz` and `cifar10_train_jpeg.npz`, the same training images without and with JPEG.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import shiftscope as ss
from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.formats.jpeg_pack import JpegPack
from shiftscope.outcomes.outcomes import outcomes

CATEGORIES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
NORMALISED = ss.Preprocess(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
LAYERS = ("layer1", "layer2", "layer3")


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
    """He et al. (2016), Deep Residual Learning, section 4.2, with n = 3; 269,722 parameters."""

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


def pretrained(folder: Path, file: str = "resnet20_cifar10_jpeg.npz") -> ResNet20:
    net = ResNet20()
    with np.load(folder / file) as weights:
        arrays = {name: torch.from_numpy(np.asarray(weights[name])) for name in weights.files}
    missing = net.load_state_dict(arrays, strict=False).missing_keys
    assert all(name.endswith("num_batches_tracked") for name in missing), missing
    return net


def jpeg_twins(folder: Path) -> tuple[ArrayData, ArrayData]:
    """The first 4,000 training images without and with JPEG, in the same order under the same ids."""
    with np.load(folder / "cifar10_train_lossless4000.npz") as lossless:
        images, labels, index = lossless["image"], lossless["label"], lossless["index"]
    with np.load(folder / "cifar10_train_jpeg.npz") as packed:
        place = {
            key: i
            for i, key in enumerate(zip(packed["label"].tolist(), packed["index"].tolist(), strict=True))
        }
    pack = JpegPack(folder / "cifar10_train_jpeg.npz")
    twins = [pack[place[key]].picture for key in zip(labels.tolist(), index.tolist(), strict=True)]
    ids = [f"{CATEGORIES[label]}-{i}" for label, i in zip(labels, index, strict=True)]
    given = {"ids": ids, "categories": CATEGORIES, "preprocess": NORMALISED}
    return ArrayData(images, labels, **given), ArrayData(
        np.stack(list(map(np.asarray, twins))), labels, **given
    )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path, help="folder with the weights and images")
    options.add_argument("--out", type=Path, default=Path("resnet20.study"))
    given = options.parse_args()

    study = ss.Study.create(given.out, pretrained(given.folder), CATEGORIES, exist_ok=True)
    lossless, twins = jpeg_twins(given.folder)
    study.record(
        JpegPack(given.folder / "cifar10_test_jpeg.npz", categories=CATEGORIES, preprocess=NORMALISED),
        "cifar10 test",
        layers=LAYERS,
        reference=True,
    )
    photographs = f"npz:{given.folder / 'cifar10_like_tinyimagenet.npz'}"
    study.record(photographs, "tiny imagenet", preprocess=NORMALISED)
    study.record(lossless, "train 4000 lossless")
    study.record(twins, "train 4000 jpeg", twins="id", twin_of="train 4000 lossless")
    for name in study:
        print(
            f"{name:22}{100 * outcomes(study[name].samples, 10).accuracy:8.2f} % of {len(study[name].samples):,}"
        )
    print(f"Look at it with: shiftscope view {given.out}")


if __name__ == "__main__":
    main()
