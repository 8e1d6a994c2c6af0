"""What half precision takes from each unit's responses: the numbers before and after, compared."""

from __future__ import annotations

import torch

FEWEST = 8  # samples: the spread of fewer tells nothing
BLUR = 0.1  # largest error, in standard deviations of the unit over the samples
LOST = 0.25  # share of the samples whose response becomes 0; of units that hardly fire a few always do
SMALLEST = torch.finfo(torch.float16).tiny  # below it float16 has fewer digits
CONSTANT = 8 * torch.finfo(torch.float32).eps  # of the largest response: what a kernel's order of sums moves


class MadeZero:
    """How many responses of each column (unit,) half precision makes 0 that are not, batch by batch, on the device."""

    def __init__(self) -> None:
        self.samples = 0

    def add(self, exact: torch.Tensor, stored: torch.Tensor) -> None:
        """(sample, unit) float32 and the same in float16."""
        if not len(exact):
            return
        if not self.samples:
            self.count = exact.new_zeros(exact.shape[1], dtype=torch.int64)
        self.samples += len(exact)
        self.count += ((stored == 0) & (exact != 0)).sum(0)


class Rounding:
    """The columns (unit,) of some samples, batch by batch, on the device that has them."""

    def __init__(self) -> None:
        self.samples = 0
        self.made_zero = MadeZero()

    def add(self, exact: torch.Tensor, stored: torch.Tensor) -> None:
        """(sample, unit) float32 and the same in float16."""
        if not len(exact):
            return
        if not self.samples:
            self._first = exact[0].clone()  # sums are of what is beyond it, which float32 can hold
            self.error, self._largest, self._total, self._squares = exact.new_zeros(4, exact.shape[1])
            self.subnormal = exact.new_zeros(exact.shape[1], dtype=torch.int64)
        self.made_zero.add(exact, stored)
        self.samples += len(exact)
        moved = exact - self._first
        self.error = torch.maximum(self.error, (stored.float() - exact).abs().amax(0))
        self._largest = torch.maximum(self._largest, exact.abs().amax(0))
        self._total += moved.sum(0)
        self._squares += moved.square().sum(0)
        self.subnormal += ((stored != 0) & (stored.abs() < SMALLEST)).sum(0)

    @property
    def zero(self) -> torch.Tensor:
        """(unit,) responses that become 0 and are not."""
        return self.made_zero.count

    def spread(self) -> torch.Tensor:
        """(unit,) standard deviation over the samples; 0 of a unit that float32 cannot tell from a constant."""
        mean = self._total / self.samples
        spread = (self._squares / self.samples - mean.square()).clamp_min(0).sqrt()
        return torch.where(spread > CONSTANT * self._largest, spread, 0)

    def harmed(self, part: float = 1.0) -> torch.Tensor:
        """(unit,) whether more is lost than `part` of what may be; nobody is of too few samples."""
        spread = self.spread()
        blurred: torch.Tensor = (spread > 0) & (self.error > part * BLUR * spread) | self.error.isinf()
        lost: torch.Tensor = self.zero > part * LOST * self.samples
        if self.samples < FEWEST:
            return torch.zeros_like(lost)
        return blurred | lost
