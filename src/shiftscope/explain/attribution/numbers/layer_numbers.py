"""Numbers of the maps of every unit of a layer, a few samples at a time; the maps themselves are not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.relabelled import Relabelled
from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.attribution import Attribution
from shiftscope.explain.attribution.attributions import MEASURES
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.attribution.numbers.map_numbers import on_mask_share
from shiftscope.explain.attribution.price import Price
from shiftscope.explain.attribution.study_functions import function_of_study, refuse_other_responses
from shiftscope.explain.attribution.study_maps import (
    Block,
    coefficients_of,
    maps_over,
    price_over,
    reduced_maps,
    units_at_once,
)
from shiftscope.model.target import Neuron
from shiftscope.recording.live_study import LiveStudy

AT_ONCE = 8  # samples, in a block that is kept before the next one begins
CHECKED = 8  # samples whose responses are computed again before the first map

FloatArray = npt.NDArray[np.floating[Any]]
Masks = Mapping[str, npt.NDArray[np.bool_]]  # by the number's name, (sample, row, column)


def runs_of_units(live: LiveStudy, layer: str, dataset: str, positions: Sequence[int]) -> list[range]:
    """Runs of units whose maps of one block fit into memory."""
    first = live.inputs(dataset, list(positions[:1]))
    if first.ndim != 4:
        raise BadRequest(
            f"numbers of maps are those of pictures; these inputs are {tuple(first.shape[1:])} a sample."
        )
    units = live.study.layer(layer).units
    step = min(units, units_at_once(live, dataset, positions, samples=AT_ONCE))
    return [range(start, min(start + step, units)) for start in range(0, units, step)]


def functions_of_layer(live: LiveStudy, layer: str, runs: Sequence[range]) -> Iterator[Function]:
    for run in runs:
        yield function_of_study(live, [Neuron(layer, unit) for unit in run])


def price_of_layer(
    live: LiveStudy,
    method: Attribution,
    layer: str,
    samples: Mapping[str, Sequence[int]],
    options: Mapping[str, Any],
) -> Price:
    """Of the numbers of every unit over the samples of each dataset."""
    prices = []
    for dataset, positions in samples.items():
        runs = runs_of_units(live, layer, dataset, positions)
        timed = function_of_study(live, [Neuron(layer, unit) for unit in runs[0][:4]])
        units = live.study.layer(layer).units
        each = price_over(live, timed, method, dataset, positions, options, units)
        prices.append(Price(each.forward * len(runs), each.backward, each.seconds))
    return Price(
        sum(each.forward for each in prices),
        sum(each.backward for each in prices),
        sum(each.seconds for each in prices),
    )


def check_layer(live: LiveStudy, layer: str, dataset: str, positions: Sequence[int]) -> None:
    """Raise `StudyMismatch` where units do not respond to the first samples as they did when they were recorded."""
    units = range(live.study.layer(layer).units)
    function = function_of_study(live, [Neuron(layer, unit) for unit in units])
    refuse_other_responses(live, function, dataset, layer, units, positions[:CHECKED])


def numbers_of_block(
    live: LiveStudy,
    method: Attribution,
    layer: str,
    dataset: str,
    positions: Sequence[int],
    *,
    options: Mapping[str, Any],
    seed: int = 0,
    rows: int | None = None,
    masks: Masks | None = None,
    advance: Callable[[int], None] = lambda maps: None,
) -> dict[str, FloatArray]:
    """Numbers of every unit's maps over a few samples, by name.

    Each is (sample, unit); `scale_share` and `orientation_share` (sample, unit, part). NaN for a silent unit, and for a
    map that is not finite.
    """
    parts: list[dict[str, FloatArray]] = []
    runs = runs_of_units(live, layer, dataset, positions)
    for run, function in zip(runs, functions_of_layer(live, layer, runs), strict=True):
        (block,) = maps_over(
            live,
            function,
            method,
            dataset,
            positions,
            options=options,
            seed=seed,
            at_once=len(positions),
            rows=rows,
        )
        parts.append(_numbers(method, block, options, masks or {}))
        advance(len(run) * len(positions))
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}


def _numbers(
    method: Attribution, block: Block, options: Mapping[str, Any], masks: Masks
) -> dict[str, FloatArray]:
    samples, units = block.found.maps.shape[:2]
    found: dict[str, FloatArray] = {}
    for place in range(units):  # one unit at a time: the float64 of the numbers takes more room than the maps
        gradient = block.found.maps[:, place]
        coefficients = coefficients_of(method, gradient, block, options)
        strength = reduced_maps(gradient)
        numbers: dict[str, FloatArray] = {measure.__name__: measure(strength) for measure in MEASURES}
        numbers |= {name: on_mask_share(strength, mask) for name, mask in masks.items()}
        numbers["scale_share"] = coefficients.scale_share
        numbers["orientation_share"] = coefficients.orientation_share
        for name, each in numbers.items():
            own = found.setdefault(name, np.full((samples, units, *each.shape[1:]), np.nan, np.float32))
            own[:, place] = each
    return found


def masks_of(live: LiveStudy, dataset: str) -> Callable[[int], npt.NDArray[np.bool_]] | None:
    """The mask of a sample by its position, of a set that plants cues; None of any other."""
    data = live.dataset(dataset)
    while isinstance(data, Relabelled):
        data = data.dataset
    mask = getattr(data, "mask", None)
    return mask if callable(mask) else None


def stacked_masks(
    mask: Callable[[int], npt.NDArray[np.bool_]], positions: Sequence[int], size: Sequence[int]
) -> npt.NDArray[np.bool_]:
    """(sample, row, column); none of a sample at position -1."""
    empty = np.zeros(tuple(size), bool)
    return np.stack([np.asarray(mask(int(each)), bool) if each >= 0 else empty for each in positions])
