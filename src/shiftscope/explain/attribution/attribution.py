"""What a method of attribution is, what it is given, and the methods by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any, NamedTuple, TypeVar

import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.function import Function
from shiftscope.registry import Registry, defaults_of, refuse_unknown_options


class Passes(NamedTuple):
    """What one sample costs; backward passes are for each unit, forward passes are shared by all of them."""

    forward: int
    backward: int = 0

    def times(self, count: int) -> Passes:
        return Passes(count * self.forward, count * self.backward)


@dataclass(frozen=True)
class Shown:
    """What a method explains: samples, and units as a function of them.

    Several inputs of a sample lie in one row, one behind the other (`Function.parts`).
    """

    function: Function
    inputs: torch.Tensor  # (sample, ...)
    baseline: torch.Tensor  # of the inputs' shape
    generators: list[torch.Generator]  # one a sample, on the CPU: its random numbers, whatever is beside it
    range: tuple[float, float] | None = None  # of the model's inputs, where it was given

    def pairs(self, each: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """(row,) samples and (row,) numbers 0 … each - 1: every pair once, as many as one pass takes at a time."""
        total = len(self.inputs) * each
        for start in range(0, total, self.function.rows):
            pair = torch.arange(start, min(start + self.function.rows, total), device=self.inputs.device)
            yield pair // each, pair % each

    def zeros(self) -> torch.Tensor:
        """(sample, unit, ...) for a map of each unit."""
        samples, *shape = self.inputs.shape
        return self.inputs.new_zeros((samples, self.function.units, *shape))

    def mean_gradient(
        self, each: int, points: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    ) -> torch.Tensor:
        """(sample, unit, ...) mean of the gradients at `each` points a sample.

        Parameters
        ----------
        points
            From (row,) samples and (row,) numbers of the point the (row, ...) points; the numbers of a sample come in
            their order.
        """
        total = self.zeros()
        for rows, numbers in self.pairs(each):
            total.index_add_(0, rows, self.function.gradient(points(rows, numbers), rows)[1])
        return total / each


Compute = Callable[..., torch.Tensor]
C = TypeVar("C", bound=Compute)


@dataclass(frozen=True)
class Attribution:
    """A named method; `compute(shown, **options)` gives (sample, unit, ...), a map of the inputs' shape for each."""

    name: str
    compute: Compute
    passes: Callable[..., Passes]  # of the (…) shape of a sample and the options
    title: str
    multiplies: bool  # by the input: its maps show the input too
    complete: bool  # its map sums to the value less that of the baseline, up to the error of the quadrature
    needs_gradient: bool
    places: bool  # needs inputs (sample, channel, ...) with places, and one tensor of them
    signed: bool
    wavelets: bool  # its maps are gradients, which the wavelet transform turns into those of coefficients

    @property
    def options(self) -> dict[str, Any]:
        """Defaults of its options, by name."""
        return defaults_of(self.compute)

    def with_defaults(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All of its options; raises `BadRequest` for one that it does not have."""
        refuse_unknown_options(self.name, self.options, given)
        return {**self.options, **given}

    def price(self, shape: tuple[int, ...], **given: Any) -> Passes:
        """Passes for one sample of that shape."""
        return self.passes(shape, **self.with_defaults(given))


attributions: Registry[Attribution] = Registry("method", "shiftscope.explain.attribution.methods")


def attribution(
    name: str,
    *,
    passes: Callable[..., Passes],
    title: str = "",
    multiplies: bool = False,
    complete: bool = False,
    needs_gradient: bool = True,
    places: bool = False,
    signed: bool = True,
    wavelets: bool = False,
) -> Callable[[C], C]:
    """Enter a function under the name that `ss.attribute` knows it by."""

    def enter(compute: C) -> C:
        attributions.register(
            name,
            Attribution(
                name,
                compute,
                passes,
                title or name,
                multiplies=multiplies,
                complete=complete,
                needs_gradient=needs_gradient,
                places=places,
                signed=signed,
                wavelets=wavelets,
            ),
        )
        return compute

    return enter


def per_sample(numbers: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """(row,) numbers with axes of length 1 behind, for a product with `like` (row, ...)."""
    return numbers.reshape(-1, *[1] * (like.ndim - 1))


def at_least_one(**counts: object) -> None:
    """Raise `BadRequest` for a count that is no whole number above 0."""
    for name, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, Integral) or count < 1:
            raise BadRequest(f"{name}={count!r}; it is a whole number of at least 1.")
