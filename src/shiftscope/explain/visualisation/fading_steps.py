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
                mean = variable.grad.abs().mean()
                variable -= torch.where(mean > 0, length / mean, 0.0) * variable.grad
