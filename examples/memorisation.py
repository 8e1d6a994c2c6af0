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

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

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
