"""How faithful a study's maps of a unit are, beside controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.explain.attribution.attribution import Passes
from shiftscope.explain.attribution.attributions import AttributionQuestion, Faithfulness
from shiftscope.explain.attribution.faithfulness.comparison import FILLS, METRICS, compare
from shiftscope.explain.attribution.faithfulness.curves import curves
from shiftscope.explain.attribution.faithfulness.explained import Explained
from shiftscope.explain.attribution.faithfulness.features import Groups
from shiftscope.explain.attribution.faithfulness.fills import filled
from shiftscope.explain.attribution.faithfulness.price import compare_price, curves_price
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.attribution.price import TIMED
from shiftscope.explain.attribution.usual_passes import DRAWS, STEPS, SUBSETS
from shiftscope.model.output import log_of, logits_in
from shiftscope.recording.live_study import LiveStudy
from shiftscope.store.layout import LOGITS


def faithfulness_passes(samples: int, places: int) -> Passes:
    """Of all samples together."""
    return compare_price(samples, places, methods=1, steps=STEPS, subsets=SUBSETS, draws=DRAWS)


def f_passes(places: int) -> Passes:
    """Of F of one map, of one sample."""
    return curves_price(1, places, steps=STEPS)


def faithfulness_of(
    live: LiveStudy,
    function: Function,
    question: AttributionQuestion,
    name: str,
    inputs: torch.Tensor,
    maps: npt.NDArray[np.floating],
    *,
    first: int = 0,
) -> Faithfulness:
    """Of (sample, row, column) maps of one unit; of a logit by the probability of its category, of any other unit by
    its response over that to the whole sample. `first` is the number of the first sample among all."""
    with _explained(live, function, question, inputs) as explained:
        found = compare(
            explained,
            {name: _tensor(maps, inputs)},
            steps=STEPS,
            subsets=SUBSETS,
            draws=DRAWS,
            relative=question.layer != LOGITS,
            seed=question.seed,
            first=first,
        )
    return Faithfulness(found.rows, METRICS, found.fills, found.scores, question.seed)


def f_of(
    live: LiveStudy, function: Function, question: AttributionQuestion, inputs: torch.Tensor
) -> Callable[[npt.NDArray[np.floating]], npt.NDArray[np.float64]]:
    """From (sample, row, column) maps of a unit to (sample,) F under the first fill, NaN where there is none."""
    features = Groups(tuple(inputs.shape[1:]))
    empty = filled(inputs, FILLS[0])

    def measure(maps: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        with _explained(live, function, question, inputs) as explained:
            scores = features.scores(_tensor(maps, inputs))
            found = curves(explained, scores, features, empty, steps=STEPS, relative=question.layer != LOGITS)
        return found.faithfulness

    return measure


@contextmanager
def _explained(
    live: LiveStudy, function: Function, question: AttributionQuestion, inputs: torch.Tensor
) -> Iterator[Explained]:
    chosen = _probability(live, question.unit) if question.layer == LOGITS else function

    def values(points: torch.Tensor) -> torch.Tensor:
        rows = torch.arange(len(points), device=points.device)
        return chosen.once(points, rows)[:, 0]

    with torch.inference_mode(False), chosen.held():
        yield Explained(values, inputs.detach().clone(), rows=TIMED)


def _tensor(maps: npt.NDArray[np.floating], inputs: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(maps)).to(inputs.device)


def _probability(live: LiveStudy, category: int) -> Function:
    answer = live.answer

    def pick(output: object, rows: torch.Tensor) -> torch.Tensor:
        logits = logits_in(output, answer.output, len(rows)).float()
        return (log_of(logits) if answer.probabilities else logits).softmax(1)[:, category : category + 1]

    return Function(
        live.model, pick, 1, names=[f"probability of category {category}"], autocast=answer.autocast
    )
