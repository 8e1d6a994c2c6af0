"""The steps of DGN-AM, which are long at first and fade."""

from __future__ import annotations

from collections.abc import Iterable

import torch

LAST = 1e-10  # what the steps' length falls to


class FadingSteps(torch.optim.Optimizer):
    """Steps along the gradient over its mean absolute value, whose length falls linearly from `first`.

    Parameters
    ----------
    first
        Mean length of the first step, over the entries of a variable.
    steps
        After how many the length would be 1e-10.

    References
    ----------
    Nguyen, Dosovitskiy, Yosinski, Brox & Clune (2016), Synthesizing the Preferred Inputs for Neurons in Neural Networks
    via Deep Generator Networks; as their code has it.
    """

    def __init__(self, variables: Iterable[torch.Tensor], *, first: float, steps: int) -> None:
        super().__init__(variables, {})
        self.first, self.steps, self.taken = first, steps, 0

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Move each variable against its gradient; where that is zero it stays."""
        length = self.first + (LAST - self.first) * self.taken / self.steps
        self.taken += 1
        for group in self.param_groups:
            for variable in group["params"]:
                if variable.grad is None:
                    continue
                mean = variable.grad.abs().mean()
                # The length comes last: over a mean of 1e-38 it would be infinite.
                variable -= length * torch.where(mean > 0, variable.grad / mean, 0.0)
