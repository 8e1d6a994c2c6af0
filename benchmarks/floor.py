"""What the floor and the intervals of rank scores hold, on made-up units whose truth is known.

python benchmarks/floor.py   # two minutes
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from paired import command, table
from scipy.stats import spearmanr
from torch import nn

import shiftscope as ss

# units of each kind, samples of a category in the reference and under the shift
SIZES = {
    "tiny": (20, ((20, 20),)),
    "small": (300, ((50, 50), (200, 50))),
    "imagenet": (1_000, ((50, 50), (200, 50))),
}
CATEGORIES = 10
LOST = [5, 9, 0, 4, 7, 2, 8, 1, 3, 6]  # correlates with the usual order by -0.13
PARTLY = [3, 0, 5, 1, 8, 2, 9, 4, 7, 6]  # by 0.54
Order = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Kind:
    """Units whose means lie so many standard deviations apart, one category after the other."""

    apart: float
    under_the_shift: str
    order: Order

    @property
    def truth(self) -> float:
        """Correlation of the orders; of units that have none, that of any."""
        return float(spearmanr(np.arange(CATEGORIES), self.order).statistic)


def kinds() -> Iterator[Kind]:
    for apart in (0, 0.1, 0.25, 0.5, 1):
        yield Kind(apart, "kept" if apart else "there is none", np.arange(CATEGORIES))
    for name, order in (("partly kept", PARTLY), ("lost", LOST), ("reversed", range(CATEGORIES)[::-1])):
        yield Kind(0.25, name, np.array(order))


class Units(nn.Module):
    """Gives its inputs as units, with a head that nobody asks."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.units, self.head = nn.Identity(), nn.Linear(units, CATEGORIES)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.units(inputs))
        return logits


def simulated(
    folder: Path, units: int, each: tuple[int, int], rng: np.random.Generator
) -> list[tuple[str, ...]]:
    """A row for each kind of unit."""
    every = list(kinds())
    study = ss.Study.create(
        folder / "made.study", Units(units * len(every)), [str(c) for c in range(CATEGORIES)]
    )
    for name, samples, shifted in (("lab", each[0], False), ("field", each[1], True)):
        labels = np.repeat(np.arange(CATEGORIES), samples)
        means = [kind.apart * (kind.order if shifted else np.arange(CATEGORIES)) for kind in every]
        responses = np.repeat(np.stack(means, axis=1), units, axis=1)[labels]
        noisy = (responses + rng.normal(size=responses.shape)).astype(np.float32)
        study.record((noisy, labels), name, layers=["units"], stored_as="float32", progress=False)
    found = study.scores("units", intervals=True)
    return [
        _row(kind, found.iloc[place * units : (place + 1) * units], each) for place, kind in enumerate(every)
    ]


def _row(kind: Kind, found: pd.DataFrame, each: tuple[int, int]) -> tuple[str, ...]:
    truth = 1 - abs(kind.truth)
    held = (found.spurious_low <= truth + 1e-6) & (found.spurious_high >= truth - 1e-6)
    return (
        f"{each[0]}, {each[1]}",
        f"{kind.apart:g}",
        kind.under_the_shift,
        f"{truth:.2f}" if kind.apart else "any",
        f"{found.spurious.mean():.3f}",
        f"{found.spurious_floor.mean():.3f}",
        f"{held.mean():.0%}",
        f"{(found.spurious_high - found.spurious_low).mean():.2f}",
        f"{(found.spurious_low > 0.5).mean():.0%}",
        f"{(found.spurious_flat_p >= 0.05).mean():.0%}",
    )


def measure(size: str, rounds: int) -> dict[str, object]:
    units, sizes = SIZES[size]
    rng, rows = np.random.default_rng(0), []
    for each in sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows += simulated(Path(folder), units, each, rng)
    heads = (
        "samples of a category",
        "means apart",
        "order",
        "true spurious",
        "spurious",
        "floor",
        "interval holds the truth",
        "its width",
        "prefer other categories",
        "flat",
    )
    table(f"Spurious of {units} units of each kind, {CATEGORIES} categories", heads, rows)
    return {"benchmark": "floor", "rows": [dict(zip(heads, row, strict=True)) for row in rows]}


if __name__ == "__main__":
    command(__doc__, measure)
