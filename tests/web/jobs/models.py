"""Models and data that a worker imports: held back batch by batch, or with a fault."""

from __future__ import annotations

import time
from pathlib import Path

import torch

from tests.conftest import Made, Net

BATCH = 64  # samples that an intervention shows at once


class HeldNet(Net):
    """Waits before each whole batch until the file `gate` tells that so many may pass; not where it has none."""

    gate: str = ""
    passed: int = 0

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if self.gate and len(images) == BATCH:
            while allowed(self.gate) <= self.passed:
                time.sleep(0.01)
            self.passed += 1
        return super().forward(images)


def allowed(gate: str) -> int:
    return int(Path(gate).read_text() or 0)


def batches(count: int, **options: int) -> Made:
    """A dataset of so many whole batches."""
    return Made(samples=count * BATCH, **options)
