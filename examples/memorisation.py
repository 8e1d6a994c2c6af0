"""Does a network memorise? Significant paths of a small AlexNet: untrained, trained, trained on shuffled labels.

    python examples/memorisation.py FOLDER --out checkpoints --epochs 16 --shuffled-epochs 25

FOLDER holds `cifar10_train_jpeg.npz` and `cifar10_test_jpeg.npz`, CIFAR-10's images as JPEG
(https://www.cs.toronto.edu/~kriz/cifar.html), and `cifar10_like_tinyimagenet.npz`, photographs of 7 of its classes from
Tiny ImageNet (http://cs231n.stanford.edu). One study for each checkpoint is written below --out, and what their paths
say is printed. An epoch takes half a minute to a minute on two cores.

The network, its training and the question are those of Khaitan & Banerjee (arXiv 2605.21313), appendix B. Two things
are not: the images were coded as JPEG, and the paper trains for 250 epochs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import shiftscope as ss
from shiftscope.datasets.formats.jpeg_pack import JpegPack
from shiftscope.percent import percent

CATEGORIES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SIDE = 28  # pixels of the centre crop
SECOND_LAST, LAST = "classifier.2", "classifier.4"


class SmallAlexNet(nn.Module):
    """Two stages of convolution, pooling and response normalisation, three linear layers; 1,387,786 parameters."""

    def __init__(self) -> None:
        super().__init__()

        def stage(channels: int) -> list[nn.Module]:
            return [
                nn.Conv2d(channels, 64, 5, padding=2),
                nn.ReLU(),
                nn.MaxPool2d(3, 2, padding=1),
                nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2),
            ]

        self.features = nn.Sequential(*stage(3), *stage(64))
        self.classifier = nn.Sequential(
            nn.Linear(3136, 384), nn.ReLU(), nn.Linear(384, 192), nn.ReLU(), nn.Linear(192, 10)
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(images).flatten(1))


def standardised(images: np.ndarray) -> torch.Tensor:
    """(sample, channel, 28, 28) centre crops, each of mean 0 and standard deviation 1, from uint8 pictures."""
    edge = (images.shape[1] - SIDE) // 2
    crops = torch.from_numpy(images[:, edge : edge + SIDE, edge : edge + SIDE]).permute(0, 3, 1, 2).float()
    flat = crops.flatten(1)
    spread = flat.std(1, correction=0).clamp_min((3 * SIDE * SIDE) ** -0.5)
    return ((flat - flat.mean(1, keepdim=True)) / spread[:, None]).view_as(crops)


def train(
    net: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
    epochs: int,
    seed: int,
    momentum: float = 0.9,
    after: Callable[[int, float], None] = lambda epoch, accuracy: None,
) -> None:
    """SGD as in the paper: batches of 32, rate 0.01 and 5 % less after each epoch. `after` is told the training
    accuracy of each epoch."""
    torch.manual_seed(seed)
    net.to(memory_format=torch.channels_last).train()
    sgd = torch.optim.SGD(net.parameters(), lr=0.01, momentum=momentum)
    slower = torch.optim.lr_scheduler.ExponentialLR(sgd, 0.95)
    for epoch in range(1, epochs + 1):
        right = 0
        for batch in torch.randperm(len(images)).split(32):
            shown, told = images[batch].to(memory_format=torch.channels_last), labels[batch]
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(shown)
            loss = F.cross_entropy(logits.float(), told)
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            right += int((logits.argmax(1) == told).sum())
        slower.step()
        after(epoch, right / len(images))


# Means over categories of the entropy, and over ordered pairs of the divergence: tables 5 to 7 of the paper.
PUBLISHED = {
    ("untrained", LAST, "cifar10"): (0.1825, 0.0121),
    ("untrained", SECOND_LAST, "cifar10"): (0.3381, 0.0208),
    ("normal", LAST, "cifar10"): (0.4248, 0.2822),
    ("normal", SECOND_LAST, "cifar10"): (0.5113, 0.1228),
    ("normal", LAST, "tiny imagenet"): (0.4602, 0.1164),
    ("normal", SECOND_LAST, "tiny imagenet"): (0.4992, 0.0610),
    ("shuffled", LAST, "cifar10"): (0.5077, 0.0119),
    ("shuffled", SECOND_LAST, "cifar10"): (0.5341, 0.0184),
}
SHOWN = (1, 2, 3, 4, 6, 8, 12, 16, 20, 25)  # epochs that become a study, beside the last


def pictures(pack: Path, limit: int | None = None, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(sample, row, column, 3) uint8 and (sample,) labels, all or so many at random."""
    images = JpegPack(pack, categories=CATEGORIES)
    chosen = np.random.default_rng(seed).permutation(len(images))[:limit] if limit else range(len(images))
    samples = [images[int(position)] for position in chosen]
    labels = np.array([sample.label for sample in samples])
    return np.stack([np.asarray(sample.picture) for sample in samples]), labels


def checkpoints(
    run: str, images: torch.Tensor, labels: torch.Tensor, epochs: int, folder: Path, given: argparse.Namespace
) -> list[int]:
    """Train, keeping each epoch's weights in `folder`; a training that is there is not repeated."""
    torch.manual_seed(given.seed)
    net = SmallAlexNet()
    if not (folder / f"{run}-{epochs:02d}.pt").exists():
        torch.save(net.state_dict(), folder / f"{run}-00.pt")

        def keep(epoch: int, accuracy: float) -> None:
            print(
                f"{run}, epoch {epoch}: {percent(accuracy)} of the training labels classified right",
                flush=True,
            )
            torch.save(net.state_dict(), folder / f"{run}-{epoch:02d}.pt")

        train(net, images, labels, epochs, given.seed + 1, given.momentum, keep)
    return [epoch for epoch in SHOWN if epoch < epochs] + [epochs]


def study_of(checkpoint: Path, name: str, shown: dict[str, tuple[torch.Tensor, np.ndarray]]) -> ss.Study:
    """One checkpoint's study: what enters both linear maps on each dataset, and their weights."""
    net = SmallAlexNet()
    net.load_state_dict(torch.load(checkpoint, weights_only=True))
    study = ss.Study.create(checkpoint.with_name(f"{name}.study"), net.eval(), CATEGORIES, exist_ok=True)
    for dataset, data in shown.items():
        study.record(data, dataset, paths=[SECOND_LAST, LAST], batch_size=500, progress=False)
    return study


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path, help="folder with the images")
    options.add_argument("--out", type=Path, default=Path("checkpoints"))
    options.add_argument("--epochs", type=int, default=16, help="on the true labels")
    options.add_argument("--shuffled-epochs", type=int, default=25)
    options.add_argument("--momentum", type=float, default=0.9, help="the paper does not state it")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--limit", type=int, help="use only so many images of each set")
    given = options.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)

    images, labels = pictures(given.folder / "cifar10_train_jpeg.npz", given.limit)
    lessons, told = standardised(images), torch.from_numpy(labels)
    shuffled = told[torch.from_numpy(np.random.default_rng(0).permutation(len(told)))]
    tests, true = pictures(given.folder / "cifar10_test_jpeg.npz", given.limit)
    with np.load(given.folder / "cifar10_like_tinyimagenet.npz") as file:
        others, theirs = file["image"][: given.limit], file["label"][: given.limit].astype(np.int64)
    shown = {"cifar10": (standardised(tests), true), "tiny imagenet": (standardised(others), theirs)}

    studies: dict[str, ss.Study] = {}
    for run, answers, epochs in (
        ("normal", told, given.epochs),
        ("shuffled", shuffled, given.shuffled_epochs),
    ):
        for epoch in checkpoints(run, lessons, answers, epochs, given.out, given):
            if not studies:
                studies["untrained"] = study_of(given.out / f"{run}-00.pt", "untrained", shown)
            name = f"{run}-{epoch:02d}"
            studies[name] = study_of(given.out / f"{name}.pt", name, shown)

    print(
        f"\n{'checkpoint':12} {'map':13} {'dataset':14} {'H':>7} {'paper':>7} {'KL':>8} {'paper':>7} {'floor':>7}"
    )
    for name, study in studies.items():
        run, _, epoch = name.partition("-")
        last = not epoch or name in (f"normal-{given.epochs:02d}", f"shuffled-{given.shuffled_epochs:02d}")
        for layer in (LAST, SECOND_LAST):
            for row in (
                study.paths(layer, resamples=20 if given.limit else 100, progress=False)
                .table()
                .to_dict("records")
            ):
                h, kl = (
                    PUBLISHED.get((run, layer, row["dataset"]), (np.nan, np.nan))
                    if last
                    else (np.nan, np.nan)
                )
                numbers = (
                    f"{row['mean_entropy']:7.4f} {h:7.4f} {row['mean_kl']:8.5f} {kl:7.4f} {row['floor']:7.4f}"
                )
                print(f"{name:12} {layer:13} {row['dataset']:14} {numbers}".replace("nan", "  –"))
    named = " ".join(str(study.path) for study in studies.values())
    print(f"\nThe course of training: shiftscope compare {named} --layer {LAST} --out course")


if __name__ == "__main__":
    main()
