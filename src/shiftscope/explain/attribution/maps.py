"""Maps of units: one method over a batch of samples, with what is to be known of each map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.attribution import Attribution, Passes, Shown
from shiftscope.explain.attribution.checks import refuse_mixed, refuse_outside, rows_that_fit
from shiftscope.explain.attribution.function import Function


@dataclass(frozen=True, eq=False)
class Maps:
    """What a method gives for samples and units, and how far it holds."""

    maps: torch.Tensor  # (sample, unit, ...) of the inputs' shape; NaN where one or its value is not finite
    values: torch.Tensor  # (sample, unit) of the units
    delta: torch.Tensor | None  # (sample, unit) sum of the map, less the value's rise from the baseline
    gap: (
        torch.Tensor | None
    )  # (sample, unit) size of delta as a share of the map's sum of sizes; NaN of zeros
    passes: Passes  # for one sample
    rows: int  # of one pass, at most

    @property
    def silent(self) -> torch.Tensor:
        """(sample, unit) whether the map is zero everywhere."""
        return (self.maps == 0).flatten(2).all(2)

    @property
    def refused(self) -> torch.Tensor:
        """(sample, unit) whether the map or its value was not finite."""
        return self.maps.isnan().flatten(2).any(2)


def maps_of(
    function: Function,
    method: Attribution,
    inputs: torch.Tensor,
    baseline: torch.Tensor,
    *,
    rows: int | None = None,
    range: tuple[float, float] | None = None,
    seed: int = 0,
    ids: Sequence[str] | None = None,
    **options: Any,
) -> Maps:
    """Maps of every unit of a function, for (sample, ...) inputs.

    Parameters
    ----------
    rows
        Points that one pass shows at most; where not given, as many as fit into the free memory.
    range
        Of the model's inputs, which these are checked against.
    ids
        Of the samples, by which their random numbers are drawn; their own content where not given.

    Raises
    ------
    BadRequest
        No such option, inputs outside of the range, no sample, or numbers that are no floating point.
    ModelError
        A model whose answer to a sample depends on what is beside it, or a unit without gradient.
    """
    settings = method.with_defaults(options)
    if not len(inputs):
        raise BadRequest("no samples are given.")
    if ids is not None and len(ids) != len(inputs):
        raise BadRequest(f"{len(ids)} sample ids for {len(inputs)} samples.")
    if range is not None:
        refuse_outside(inputs, range)
    if method.places and function.shapes is not None:
        raise BadRequest(f"{method.name} takes one tensor of inputs; these are {len(function.shapes)}.")
    with torch.inference_mode(False), function.held():
        inputs, baseline = inputs.detach().clone(), baseline.detach().clone()
        passes = method.passes(tuple(inputs.shape[1:]), **settings)
        if rows != 1 and (len(inputs) > 1 or passes.forward != 1):  # points of one sample share passes too
            refuse_mixed(function, inputs)
        function.rows = rows or rows_that_fit(function, inputs)
        shown = Shown(function, inputs, baseline, _generators(inputs, seed, ids), range)
        found = method.compute(shown, **settings).detach()
        every = torch.arange(len(inputs), device=inputs.device)
        values = function.values(inputs, every)
        delta = gap = None
        if method.complete:
            rise = values - function.values(baseline, every)
            # Coefficients times their gradients sum to what numbers times theirs do.
            whole = found * (inputs - baseline).unsqueeze(1) if method.wavelets else found
            delta = whole.flatten(2).sum(2) - rise.to(found.device, found.dtype)
            gap = delta.abs() / whole.abs().flatten(2).sum(2)
        # A gradient may be finite where the value itself is not, which is then no explanation of it.
        bad = ~found.isfinite().flatten(2).all(2) | ~values.isfinite().to(found.device)
        found[bad] = torch.nan
    return Maps(found, values, delta, gap, passes, function.rows)


def _generators(inputs: torch.Tensor, seed: int, ids: Sequence[str] | None) -> list[torch.Generator]:
    names = (
        [str(name).encode() for name in ids]
        if ids is not None
        else [sample.contiguous().cpu().view(torch.uint8).numpy().tobytes() for sample in inputs.flatten(1)]
    )
    return [torch.Generator().manual_seed(_number(name, seed)) for name in names]


def _number(name: bytes, seed: int) -> int:
    return int.from_bytes(blake2b(name, digest_size=8, key=str(seed).encode()).digest()) >> 1
