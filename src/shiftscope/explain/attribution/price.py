"""What maps will cost, said before the first one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import torch

from shiftscope.explain.attribution.attribution import Passes
from shiftscope.explain.attribution.function import Function

TIMED = 8  # points that one timed pass shows


@dataclass(frozen=True)
class Price:
    """Passes of the model over one sample each, and the time that they take by a few that were timed."""

    forward: int
    backward: int
    seconds: float

    def with_more(self, passes: Passes) -> Price:
        """With further passes, which take as long each."""
        forward, backward = self.forward + passes.forward, self.backward + passes.backward
        each = self.seconds / max(1, self.forward + self.backward)
        return Price(forward, backward, (forward + backward) * each)

    def in_words(self) -> str:
        backward = f" and {self.backward:,} backward" if self.backward else ""
        minutes = self.seconds / 60
        taken = "less than a minute" if minutes < 1 else f"about {minutes:,.0f} min"
        return f"{self.forward:,} forward{backward} passes, {taken}"


def price_of(function: Function, inputs: torch.Tensor, passes: Passes, samples: int, units: int) -> Price:
    """Of so many samples and units; some of the units' `function` are timed over a few (sample, ...) `inputs`."""
    forward, backward = samples * passes.forward, samples * passes.backward * units
    shown = inputs[:1].expand(TIMED, *inputs.shape[1:]).contiguous()
    rows = torch.zeros(TIMED, dtype=torch.long, device=inputs.device)
    function.rows = TIMED
    with torch.inference_mode(False), function.held():
        seconds = forward * _seconds(lambda: function.values(shown, rows), inputs) / TIMED
        if backward:
            both = _seconds(lambda: function.gradient(shown, rows), inputs) / TIMED
            seconds += backward * both / function.units
    return Price(forward, backward, seconds)


def _seconds(run: Callable[[], object], inputs: torch.Tensor) -> float:
    run()  # the first one is slower
    begun = perf_counter()
    run()
    if inputs.is_cuda:
        torch.cuda.synchronize()
    return perf_counter() - begun
