"""Whether a study's maps of a unit depend on the weights of its model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from shiftscope.explain.attribution.attribute import OF_WAVELETS
from shiftscope.explain.attribution.attribution import Attribution, Passes, attributions
from shiftscope.explain.attribution.attributions import AttributionQuestion
from shiftscope.explain.attribution.faithfulness.price import randomised_weights_price
from shiftscope.explain.attribution.faithfulness.randomised import (
    REFERENCE_SAMPLES,
    cascade,
    randomised_weights,
)
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.attribution.maps import maps_of
from shiftscope.explain.attribution.sanity.sanity import THIS_MAP, Sanity
from shiftscope.explain.attribution.study_functions import function_of_study, target_of
from shiftscope.explain.attribution.study_maps import baseline_of_study, own_options
from shiftscope.explain.attribution.wavelets.wavelet_attribution import wavelet_attribution
from shiftscope.model.evaluation.evaluation import observed
from shiftscope.recording.live_study import LiveStudy
from shiftscope.statistics.spread_evenly import spread_evenly
from shiftscope.store.layout import LOGITS

SAMPLES = 64  # whose maps are compared, at most
EACH = 8  # points of a pass where nothing else is asked for


def sanity_of(
    live: LiveStudy, question: AttributionQuestion, positions: Sequence[int], *, rows: int | None = None
) -> Sanity:
    """Of the maps of one unit over samples from everywhere among them.

    Raises
    ------
    ModelError
        The model cannot be copied, or none of its weights are reached.
    """
    method, chosen = attributions[question.method], _spread(positions, SAMPLES)
    inputs = live.inputs(question.dataset, chosen)
    inputs = inputs.float() if inputs.element_size() < 4 else inputs
    baseline = baseline_of_study(live, question.baselines, inputs)
    every_id = live.study[question.dataset].samples.column("id").to_pylist()
    ids = [every_id[position] for position in chosen]

    def attribute(model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
        function = function_of_study(live, [target_of(question)], model=model)
        return _maps(function, method, question, inputs, baseline, ids, rows)

    found = randomised_weights(
        live.model,
        inputs,
        attribute,
        multiplies=method.multiplies,
        baseline=baseline,
        until=module_read(live, question.layer),
        reference=statistics_inputs(live),
        seed=question.seed,
    )
    return Sanity(found.modules, found.curve, {THIS_MAP: found.after, **found.rows})


def sanity_passes(
    live: LiveStudy, question: AttributionQuestion, positions: Sequence[int], method: Passes
) -> Passes:
    """Of `sanity_of`; `method` is what one map takes."""
    shown = live.inputs(question.dataset, positions[:1])
    with observed(live.model):
        modules = cascade(live.model, shown, until=module_read(live, question.layer))
    return randomised_weights_price(
        min(len(positions), SAMPLES),
        len(modules),
        forward=method.forward,
        backward=method.backward,
        running_statistics=_has_statistics(live.model),
    )


def _maps(
    function: Function,
    method: Attribution,
    question: AttributionQuestion,
    inputs: torch.Tensor,
    baseline: torch.Tensor,
    ids: Sequence[str],
    rows: int | None,
) -> torch.Tensor:
    """(sample, ...) of the inputs' shape; of wavelets (sample, *axis) at the places of the input."""
    own, rows = own_options(question.options), rows or EACH
    found = maps_of(function, method, inputs, baseline, rows=rows, seed=question.seed, ids=ids, **own)
    maps = found.maps[:, 0]
    if not method.wavelets:
        return maps
    transform = {name: value for name, value in question.options.items() if name in OF_WAVELETS}
    coefficients = wavelet_attribution(
        maps, inputs, times_input=method.multiplies, baselines=baseline.cpu(), **transform
    )
    return torch.from_numpy(np.ascontiguousarray(coefficients.to_pixels()))


def module_read(live: LiveStudy, layer: str) -> str | None:
    """The module that the unit is read from; None for the answer."""
    if layer == LOGITS:
        return None
    described = live.study.layer(layer)
    return (live.study.layer(described.behind) if described.behind else described).module


def _has_statistics(model: nn.Module) -> bool:
    return any(name.endswith("running_mean") for name, _ in model.named_buffers())


def statistics_inputs(live: LiveStudy) -> torch.Tensor | None:
    """Inputs from which running statistics are estimated again; None where the model has none."""
    if not _has_statistics(live.model):
        return None
    reference = live.study[live.study.reference]
    shown = np.flatnonzero(reference.samples.predictions >= 0)
    return live.inputs(reference.name, _spread(shown, REFERENCE_SAMPLES))


def _spread(positions: Sequence[int] | npt.NDArray[np.intp], most: int) -> list[int]:
    chosen: list[int] = spread_evenly(np.asarray(positions, np.intp), most).tolist()
    return chosen
