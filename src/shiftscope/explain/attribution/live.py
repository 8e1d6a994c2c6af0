"""Maps of a study's units, with its model and data at hand."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.errors import BadRequest, StudyMismatch
from shiftscope.explain.attribution.attribute import OF_WAVELETS, baseline_of
from shiftscope.explain.attribution.attribution import Attribution, attributions
from shiftscope.explain.attribution.attributions import SHOWN, AttributionQuestion, Attributions
from shiftscope.explain.attribution.faithful import faithfulness_of, faithfulness_passes
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.attribution.low_pass import low_passed
from shiftscope.explain.attribution.maps import Maps, maps_of
from shiftscope.explain.attribution.price import Price, price_of
from shiftscope.explain.attribution.wavelets.kept import first_samples
from shiftscope.explain.attribution.wavelets.wavelet_attribution import (
    WaveletAttribution,
    wavelet_attribution,
)
from shiftscope.model.target import Logit, Neuron, Target
from shiftscope.model.terms import KnownTargets
from shiftscope.recording.live_study import LiveStudy
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_recording import Recording

AT_ONCE = 16  # samples whose maps are in memory
NEAR = 1e-4  # relative difference of a response computed again
NEAR_HALF = 1e-3  # where it was stored in half precision
NEAR_CODE = 1e-2  # where it was computed from such responses, whose errors add up

FloatArray = npt.NDArray[np.floating[Any]]


class OfUnit(Protocol):
    """What is asked of one unit."""

    @property
    def layer(self) -> str: ...

    @property
    def unit(self) -> int: ...

    @property
    def pool(self) -> str | None: ...


@dataclass(frozen=True, eq=False)
class Block:
    """Maps of some units over some samples, and the inputs that they are of."""

    rows: range  # among the positions asked for
    inputs: torch.Tensor
    baseline: torch.Tensor
    found: Maps


def function_of_study(live: LiveStudy, targets: Sequence[Target]) -> Function:
    """Units of a study as a function of its model's inputs, read as they were recorded."""
    known = KnownTargets(live.study.layers, len(live.study.categories), live.encoders, live.deviation)
    return Function(
        live.model,
        [known.terms(target) for target in targets],
        len(targets),
        names=[str(target) for target in targets],
        output=live.answer.output,
        probabilities=live.answer.probabilities,
        autocast=live.answer.autocast,
    )


def target_of(question: OfUnit) -> Target:
    if question.layer == LOGITS:
        return Logit(question.unit)
    return Neuron(question.layer, question.unit, question.pool)


def with_all_options(method: Attribution, given: dict[str, Any]) -> dict[str, Any]:
    """Those of the method and, where it has wavelets, of their transform; raises `BadRequest` for any other."""
    transform = {name: value for name, value in given.items() if name in OF_WAVELETS and method.wavelets}
    own = method.with_defaults({name: value for name, value in given.items() if name not in transform})
    if method.wavelets:
        known = inspect.signature(wavelet_attribution).parameters
        transform = {name: known[name].default for name in OF_WAVELETS} | transform
    return own | transform


def refuse_other_responses(
    live: LiveStudy,
    function: Function,
    dataset: str,
    layer: str,
    units: Sequence[int],
    positions: Sequence[int],
) -> None:
    """Raise `StudyMismatch` where units do not respond as they did when they were recorded.

    Nothing is compared where single responses were not kept.
    """
    recording = live.study[dataset]
    if layer == LOGITS:
        stored = np.stack([recording.logits(position) for position in positions])[:, list(units)]
    elif recording.holding(layer).keeps_responses:
        stored = recording.responses_at(layer, list(positions))[:, list(units)]
    else:
        return
    near = _nearness(live, recording, layer, stored)
    stored = stored.astype(np.float64)
    bar = near * np.abs(stored).max(axis=0, initial=0)
    with function.held():
        for start in range(0, len(positions), AT_ONCE):
            some = list(positions[start : start + AT_ONCE])
            inputs = live.inputs(dataset, some)
            function.rows = len(some)
            now = (
                function.values(inputs, torch.arange(len(some), device=inputs.device)).double().cpu().numpy()
            )
            then = stored[start : start + len(some)]
            apart = ~(np.abs(now - then) <= np.maximum(near * np.abs(now), bar))
            for row, column in np.argwhere(apart)[:1]:
                raise StudyMismatch(
                    f"{function.names[column]} on {recording.samples[some[row]].id}: {then[row, column]:g} is stored, "
                    f"the model gives {now[row, column]:g}; is the preprocessing the recording's?"
                )


def _nearness(live: LiveStudy, recording: Recording, layer: str, stored: npt.NDArray[Any]) -> float:
    encoder = live.encoders.get(layer) if layer != LOGITS else None
    if encoder is not None and recording.stored_type(encoder.behind) != "float32":
        return NEAR_CODE
    return NEAR_HALF if stored.dtype.itemsize < 4 else NEAR


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
    own = {name: value for name, value in options.items() if name not in OF_WAVELETS}
    for start in range(0, len(positions), at_once):
        some = list(positions[start : start + at_once])
        inputs = live.inputs(dataset, some)
        if not inputs.is_floating_point():
            raise BadRequest(f"inputs are {inputs.dtype}; a gradient needs floating point.")
        inputs = inputs.float() if inputs.element_size() < 4 else inputs
        baseline = baseline_of(baselines, inputs)
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
    own = {name: value for name, value in options.items() if name not in OF_WAVELETS}
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


def attributions_of(
    live: LiveStudy,
    question: AttributionQuestion,
    positions: Sequence[int],
    *,
    faithful: bool = True,
    rows: int | None = None,
    priced: Callable[[Price], None] = lambda price: None,
    advance: Callable[[int], None] = lambda samples: None,
) -> Attributions:
    """Maps of one unit over some samples of a dataset, with their faithfulness where they are pictures and it is asked
    for; `priced` is told what all will cost.

    Raises
    ------
    StudyMismatch
        The unit does not respond as it did when it was recorded.
    BadRequest, LayerError, ModelError
        As `ss.attribute`.
    """
    method = attributions[question.method]
    options = dict(question.options)
    function = function_of_study(live, [target_of(question)])
    if question.pool is None:  # otherwise nothing is stored that it could be compared with
        refuse_other_responses(live, function, question.dataset, question.layer, [question.unit], positions)
    size = live.inputs(question.dataset, positions[:1]).shape[2:]
    if question.low_pass is not None:  # refused before the first map
        _low_passed(np.zeros((1, *size)), question.low_pass)
    price = price_over(live, function, method, question.dataset, positions, options)
    faithful = faithful and len(size) == 2
    if faithful:
        price = price.with_more(faithfulness_passes(len(positions), size.numel()))
    priced(price)
    maps, values, gaps, scales, orientations = [], [], [], [], []
    names: tuple[str, ...] = ()
    kept: WaveletAttribution | None = None
    for block in maps_over(
        live,
        function,
        method,
        question.dataset,
        positions,
        options=options,
        baselines=question.baselines,
        seed=question.seed,
        rows=rows,
    ):
        found = block.found.maps[:, 0]
        if method.wavelets:
            coefficients = coefficients_of(method, found, block, options)
            scales.append(coefficients.scale_share)
            orientations.append(coefficients.orientation_share)
            names = coefficients.orientations
            kept = kept or first_samples(coefficients, SHOWN)  # a block holds as many
            reduced = coefficients.to_pixels()
        else:
            reduced = reduced_maps(found)
        maps.append(reduced if question.low_pass is None else _low_passed(reduced, question.low_pass))
        values.append(block.found.values[:, 0].double().cpu().numpy())
        if block.found.gap is not None:
            gaps.append(block.found.gap[:, 0].double().cpu().numpy())
        advance(len(block.rows))
    every_id = live.study[question.dataset].samples.column("id").to_pylist()
    every_map = np.concatenate(maps).astype(np.float32)
    faithfulness = None
    if faithful:
        inputs = live.inputs(question.dataset, positions)
        faithfulness = faithfulness_of(
            live, function, question.layer, question.unit, method.name, inputs, every_map, question.seed
        )
    return Attributions(
        question,
        np.asarray(positions, np.int64),
        [every_id[position] for position in positions],
        every_map,
        np.concatenate(values),
        np.concatenate(gaps) if gaps else None,
        np.concatenate(scales).astype(np.float32) if scales else None,
        np.concatenate(orientations).astype(np.float32) if orientations else None,
        names,
        faithfulness,
        kept,
    )


def reduced_maps(maps: torch.Tensor) -> FloatArray:
    """(sample, *axis) sums of sizes over the channels of (sample, channel, *axis); sizes of (sample, number)."""
    sizes = maps.abs()
    return np.asarray((sizes.sum(1) if maps.ndim > 2 else sizes).cpu().numpy())


def _low_passed(maps: FloatArray, cutoff: float) -> FloatArray:
    if maps.ndim != 3:
        raise BadRequest(f"low_pass filters maps of pictures; these are {maps.shape[1:]} a sample.")
    return np.abs(low_passed(maps, cutoff))
