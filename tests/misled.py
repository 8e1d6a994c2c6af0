"""A net whose colour units mislead it under a shift, and samples that show it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.study import Study

COLOUR, UNITS, CATEGORIES = (4, 5), 8, 3


class Chooser(nn.Module):
    """Units as given, and a head that trusts colour twice as much as shape."""

    def __init__(self) -> None:
        super().__init__()
        self.units = nn.Identity()
        self.head = nn.Linear(UNITS, CATEGORIES, bias=False)
        with torch.no_grad():
            self.head.weight.zero_()
            for category in range(CATEGORIES):
                self.head.weight[category, category] = 1.0
            self.head.weight[0, COLOUR[0]] = self.head.weight[1, COLOUR[1]] = 2.0
            self.head.weight[:, 6:] = 0.05 * torch.randn(
                CATEGORIES, 2, generator=torch.Generator().manual_seed(0)
            )

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.units(inputs))
        return logits


def samples(count: int, seed: int, *, misleading: float = 0.0, unlabelled: int = 0) -> ArrayData:
    """Shape units tell the category, colour units too, but in a share of the samples that of another one."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CATEGORIES, count)
    told = np.where(rng.random(count) < misleading, (labels + 1) % CATEGORIES, labels)
    units = rng.uniform(0, 0.3, (count, UNITS)).astype(np.float32)
    units[np.arange(count), labels] += 1
    for category, unit in enumerate(COLOUR):
        units[told == category, unit] += 1
    labels[:unlabelled] = -1
    return ArrayData(units, labels, ids=[f"{seed}-{i}" for i in range(count)], categories=tuple("abc"))


def recorded(path: Path) -> Path:
    """A study of two shifts, of one of which a few samples have no label."""
    study = Study.create(path, Chooser(), tuple("abc"))
    study.record(samples(160, 0), "lab", layers=["units"], reference=True, progress=False)
    study.record(samples(150, 1, misleading=0.8), "field", progress=False)
    study.record(samples(40, 2, misleading=0.8, unlabelled=5), "night", progress=False)
    return path
