"""Maps of a study's units with all that is kept of them, with its model and data at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from shiftscope.explain.attribution.attribution import Attribution, attributions
from shiftscope.explain.attribution.attributions import (
    SHOWN,
    AttributionQuestion,
    Attributions,
    joined,
)
from shiftscope.explain.attribution.checks import refuse_lacking_axes
from shiftscope.explain.attribution.faithfulness.faithful import faithfulness_of, faithfulness_passes
from shiftscope.explain.attribution.low_pass.fit_low_pass import fit_low_pass, fit_passes, low_passed_maps
from shiftscope.explain.attribution.low_pass.fitted_low_pass import FittedLowPass
from shiftscope.explain.attribution.price import Price
from shiftscope.explain.attribution.sanity.sane import sanity_of, sanity_passes
from shiftscope.explain.attribution.study_functions import (
    function_of_study,
    refuse_other_responses,
    target_of,
)
from shiftscope.explain.attribution.study_maps import (
    Block,
    coefficients_of,
    maps_over,
    own_options,
    price_over,
    reduced_maps,
)
from shiftscope.explain.attribution.wavelets.kept import first_samples
from shiftscope.explain.attribution.wavelets.wavelet_attribution import WaveletAttribution
from shiftscope.recording.live_study import LiveStudy


@dataclass(frozen=True)
class Beside:
    """What is computed beside maps."""

    faithful: bool = True  # where they are pictures
    sanity: bool = False
    fitted: FittedLowPass | None = None  # what is known of a cutoff to be fitted


def attributions_of(
    live: LiveStudy,
    questions: Sequence[AttributionQuestion],
    positions: Sequence[int],
    beside: Beside,
    *,
    rows: int | None = None,
    priced: Callable[[Price], None] = lambda price: None,
    advance: Callable[[int], None] = lambda maps: None,
) -> list[Attributions]:
    """Maps over some samples of a dataset, a few at a time; `priced` is told what all will cost.

    Parameters
    ----------
    questions
        That differ in their units alone, which share forward passes.

    Raises
    ------
    StudyMismatch
        A unit does not respond as it did when it was recorded.
    BadRequest, LayerError, ModelError
        As `ss.attribute`.
    """
    asked, method = questions[0], attributions[questions[0].method]
    shape = tuple(live.inputs(asked.dataset, positions[:1]).shape[1:])
    refuse_lacking_axes(method, shape, filtered=asked.low_pass is not None or asked.fitted)
    together = function_of_study(live, [target_of(each) for each in questions])
    if asked.pool is None:  # otherwise nothing is stored that it could be compared with
        units = [each.unit for each in questions]
        refuse_other_responses(live, together, asked.dataset, asked.layer, units, positions)
    if asked.low_pass is not None:  # refused before the first map
        low_passed_maps(np.zeros((1, *shape[1:])), asked.low_pass)
    beside = replace(beside, faithful=beside.faithful and len(shape) == 3)
    priced(_price(live, method, questions, positions, beside))
    if asked.fitted:
        fits = [fit_low_pass(live, each, beside.fitted, rows=rows) for each in questions]
        questions = [replace(each, low_pass=fit.cutoff) for each, fit in zip(questions, fits, strict=True)]
    alone = [function_of_study(live, [target_of(each)]) for each in questions]
    parts: list[list[Attributions]] = [[] for _ in questions]
    for block in maps_over(
        live,
        together,
        method,
        asked.dataset,
        positions,
        options=asked.options,
        baselines=asked.baselines,
        seed=asked.seed,
        rows=rows,
    ):
        for place, question in enumerate(questions):
            found = _of_block(live, question, method, positions, block, place)
            if beside.faithful:
                name, first = method.name, block.rows.start
                faithfulness = faithfulness_of(
                    live, alone[place], question, name, block.inputs, found.maps, first=first
                )
                found = replace(found, faithfulness=faithfulness)
            parts[place].append(found)
            advance(len(block.rows))
    every = [joined(each) for each in parts]
    if asked.fitted:
        every = [replace(each, fitted=fit) for each, fit in zip(every, fits, strict=True)]
    if beside.sanity:
        sane = [sanity_of(live, each, positions, rows=rows) for each in questions]
        every = [replace(each, sanity=one) for each, one in zip(every, sane, strict=True)]
    return every


def _price(
    live: LiveStudy,
    method: Attribution,
    questions: Sequence[AttributionQuestion],
    positions: Sequence[int],
    beside: Beside,
) -> Price:
    asked, units = questions[0], len(questions)
    together = function_of_study(live, [target_of(each) for each in questions])
    price = price_over(live, together, method, asked.dataset, positions, asked.options, units)
    shape = tuple(live.inputs(asked.dataset, positions[:1]).shape[1:])
    each = method.price(shape, **own_options(asked.options))
    places = int(np.prod(shape[1:]))
    if beside.faithful:
        price = price.with_more(faithfulness_passes(len(positions) * units, places))
    if beside.sanity:
        price = price.with_more(sanity_passes(live, asked, positions, each).times(units))
    if asked.fitted:
        fit = fit_passes(live, asked, each, (shape[-2], shape[-1]), beside.fitted)
        price = price.with_more(fit.times(units))
    return price


def _of_block(
    live: LiveStudy,
    question: AttributionQuestion,
    method: Attribution,
    positions: Sequence[int],
    block: Block,
    place: int,
) -> Attributions:
    """Those of one unit, in its place among the units of the block."""
    maps, gap = block.found.maps[:, place], block.found.gap
    coefficients = coefficients_of(method, maps, block, question.options) if method.wavelets else None
    reduced = coefficients.to_pixels() if coefficients else reduced_maps(maps)
    if question.low_pass is not None:
        reduced = low_passed_maps(reduced, question.low_pass)
    every_id = live.study[question.dataset].samples.column("id").to_pylist()
    own = [positions[row] for row in block.rows]
    return Attributions(
        question,
        np.asarray(own, np.int64),
        [every_id[position] for position in own],
        reduced.astype(np.float32),
        _numbers(block.found.values[:, place]),
        None if gap is None else _numbers(gap[:, place]),
        **({} if coefficients is None else _of_wavelets(coefficients, is_first=block.rows.start == 0)),
    )


def _of_wavelets(found: WaveletAttribution, *, is_first: bool) -> dict[str, Any]:
    return {
        "scale_share": found.scale_share.astype(np.float32),
        "orientation_share": found.orientation_share.astype(np.float32),
        "orientations": found.orientations,
        # The first block holds as many samples as are kept.
        "coefficients": first_samples(found, SHOWN) if is_first else None,
    }


def _numbers(values: torch.Tensor) -> Any:
    return values.double().cpu().numpy()
