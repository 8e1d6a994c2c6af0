"""How faithful a study's maps of a unit are, beside controls."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.explain.attribution.attribution import Passes
from shiftscope.explain.attribution.attributions import Faithfulness
from shiftscope.explain.attribution.faithfulness.comparison import METRICS, compare
from shiftscope.explain.attribution.faithfulness.explained import Explained
from shiftscope.explain.attribution.faithfulness.price import compare_price
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.attribution.price import TIMED
from shiftscope.model.output import log_of, logits_in
from shiftscope.recording.live_study import LiveStudy
from shiftscope.store.layout import LOGITS

STEPS, SUBSETS, DRAWS = 8, 32, 2  # coarse: the whole takes about as many passes as a hundred steps of a path


def faithfulness_passes(samples: int, places: int) -> Passes:
    """Of all samples together."""
    return compare_price(samples, places, methods=1, steps=STEPS, subsets=SUBSETS, draws=DRAWS)


def faithfulness_of(
    live: LiveStudy,
    function: Function,
    layer: str,
    unit: int,
    name: str,
    inputs: torch.Tensor,
    maps: npt.NDArray[np.floating],
    seed: int,
) -> Faithfulness:
    """Of (sample, row, column) maps of one unit; of a logit by the probability of its category, of any other unit by
    its response over that to the whole sample."""
    explained_function = _probability(live, unit) if layer == LOGITS else function

    def values(points: torch.Tensor) -> torch.Tensor:
        rows = torch.arange(len(points), device=points.device)
        return explained_function.once(points, rows)[:, 0]

    with torch.inference_mode(False), explained_function.held():
        explained = Explained(values, inputs.detach().clone(), rows=TIMED)
        found = compare(
            explained,
            {name: torch.from_numpy(np.ascontiguousarray(maps)).to(inputs.device)},
            steps=STEPS,
            subsets=SUBSETS,
            draws=DRAWS,
            relative=layer != LOGITS,
            seed=seed,
        )
    return Faithfulness(found.rows, METRICS, found.fills, found.scores, seed)


def _probability(live: LiveStudy, category: int) -> Function:
    answer = live.answer

    def pick(output: object, rows: torch.Tensor) -> torch.Tensor:
        logits = logits_in(output, answer.output, len(rows)).float()
        return (log_of(logits) if answer.probabilities else logits).softmax(1)[:, category : category + 1]

    return Function(
        live.model, pick, 1, names=[f"probability of category {category}"], autocast=answer.autocast
    )
