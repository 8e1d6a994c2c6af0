"""Maps of a study's units over samples of a dataset, a few at a time."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.attribute import OF_WAVELETS, baseline_of
from shiftscope.explain.attribution.attribution import Attribution
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.attribution.maps import Maps, maps_of
from shiftscope.explain.attribution.price import Price, price_of
from shiftscope.explain.attribution.study_functions import AT_ONCE
from shiftscope.explain.attribution.wavelets.wavelet_attribution import (
    WaveletAttribution,
    wavelet_attribution,
)
from shiftscope.recording.live_study import LiveStudy

NUMBERS = 60_000_000  # of maps in memory

FloatArray = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Block:
    """Maps of some units over some samples, and the inputs that they are of."""

    rows: range  # among the positions asked for
    inputs: torch.Tensor
    baseline: torch.Tensor
    found: Maps


def with_all_options(method: Attribution, given: dict[str, Any]) -> dict[str, Any]:
    """Those of the method and, where it has wavelets, of their transform; raises `BadRequest` for any other."""
    transform = {name: value for name, value in given.items() if name in OF_WAVELETS and method.wavelets}
    own = method.with_defaults({name: value for name, value in given.items() if name not in transform})
    if method.wavelets:
        known = inspect.signature(wavelet_attribution).parameters
        transform = {name: known[name].default for name in OF_WAVELETS} | transform
    return own | transform


def own_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the method, without those of the wavelet transform."""
    return {name: value for name, value in options.items() if name not in OF_WAVELETS}


def baseline_of_study(live: LiveStudy, asked: object, inputs: torch.Tensor) -> torch.Tensor:
    """As `baseline_of`; "reference_mean" is the mean of the reference's fit half, the same for each sample."""
    return baseline_of(live.reference_mean if asked == "reference_mean" else asked, inputs)


def maps_over(
    live: LiveStudy,
    function: Function,
    method: Attribution,
    dataset: str,
    positions: Sequence[int],
    *,
    options: Mapping[str, Any],
    baselines: object = None,
    seed: int = 0,
    at_once: int = AT_ONCE,
    rows: int | None = None,
) -> Iterator[Block]:
    """Maps of every unit of the function over some samples, a few at a time."""
    every_id = live.study[dataset].samples.column("id").to_pylist()
    own = own_options(options)
    for start in range(0, len(positions), at_once):
        some = list(positions[start : start + at_once])
        inputs = live.inputs(dataset, some)
        if not inputs.is_floating_point():
            raise BadRequest(
                f"inputs are {inputs.dtype}; a gradient needs floating point. ss.attribute takes the tensor after the "
                "embedding."
            )
        inputs = inputs.float() if inputs.element_size() < 4 else inputs
        baseline = baseline_of_study(live, baselines, inputs)
        ids = [every_id[position] for position in some]
        found = maps_of(function, method, inputs, baseline, rows=rows, seed=seed, ids=ids, **own)
        yield Block(range(start, start + len(some)), inputs, baseline, found)


def price_over(
    live: LiveStudy,
    function: Function,
    method: Attribution,
    dataset: str,
    positions: Sequence[int],
    options: Mapping[str, Any],
    units: int = 1,
) -> Price:
    """Of maps of so many units, of which the function has some, over some samples."""
    first = live.inputs(dataset, list(positions[:1]))
    own = own_options(options)
    passes = method.price(tuple(first.shape[1:]), **own)
    return price_of(function, first, passes, len(positions), units)


def coefficients_of(
    method: Attribution, gradient: torch.Tensor, block: Block, options: Mapping[str, Any]
) -> WaveletAttribution:
    """Attribution to wavelet coefficients from (sample, ...) maps of one unit."""
    transform = {name: value for name, value in options.items() if name in OF_WAVELETS}
    return wavelet_attribution(
        gradient, block.inputs, times_input=method.multiplies, baselines=block.baseline.cpu(), **transform
    )


def units_at_once(live: LiveStudy, dataset: str, positions: Sequence[int], *, samples: int = AT_ONCE) -> int:
    """Of how many units the maps of a block of samples fit into memory."""
    first = live.inputs(dataset, list(positions[:1]))
    return max(1, NUMBERS // (samples * first[0].numel()))


def reduced_maps(maps: torch.Tensor) -> FloatArray:
    """(sample, *axis) sums of sizes over the channels of (sample, channel, *axis); sizes of (sample, number)."""
    sizes = maps.abs()
    return np.asarray((sizes.sum(1) if maps.ndim > 2 else sizes).cpu().numpy())
