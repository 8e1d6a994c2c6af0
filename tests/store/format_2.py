"""The network and the inputs that the kept study of format 2 was made from, the same on every machine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

LABELS = {
    "lab": [0, 1, 2, 0, 1, 2, 0, 1],
    "field": [2, 1, 0, 2, 1, 0, 2, 1],
    "half": [0, 0, 1, 1, 2, 2, 0, 1],
}


def network() -> nn.Sequential:
    """Weights in eighths, so that no kernel rounds a response otherwise than another."""
    net = nn.Sequential(
        nn.Conv2d(1, 3, 2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 4), nn.Linear(4, 3)
    )
    with torch.no_grad():
        for place, parameter in enumerate(net.parameters()):
            steps = torch.arange(parameter.numel()) * (7 + 2 * place) % 17 - 8
            parameter.copy_(steps.reshape(parameter.shape) / 8)
    return net.eval()


def inputs(name: str) -> npt.NDArray[np.float32]:
    """(sample, channel, row, column) in quarters."""
    seed = sorted(LABELS).index(name)
    steps = (np.arange(8 * 3 * 3) * (5 + 2 * seed) + seed) % 13
    return (steps.reshape(8, 1, 3, 3) / 4).astype(np.float32)
