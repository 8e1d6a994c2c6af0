"""What a model answers without each sample's most active feature, unit, or a random direction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from shiftscope.explain.importance.logits import lack_a_constant, logits_of
from shiftscope.explain.interventions.changeable import changeable
from shiftscope.explain.local_against_distributed.removals import ROWS, Removals
from shiftscope.explain.local_against_distributed.strongest import (
    codes_of,
    strongest_feature,
    strongest_unit,
    without_direction,
    without_feature,
    without_unit,
)
from shiftscope.model.evaluation.evaluation import observed
from shiftscope.model.forward import forward
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.replacing import Replace, Replacing, in_tensor, places_of
from shiftscope.recording.live_study import LiveStudy


def removals(
    live: LiveStudy,
    layer: str,
    dataset: str,
    positions: Sequence[int],
    *,
    seed: int,
    batch_size: int,
    advance: Callable[[int], None] = lambda samples: None,
) -> Removals:
    """Of some samples of a dataset, and of the features of one derived layer.

    Codes are computed at each place that the layer behind it is read at. The random direction is as long as what the
    feature adds, and has no negative entries where the sample's responses have none.
    """
    behind, encode = changeable(live.study, layer), live.encoders[layer]
    atoms, centred = torch.from_numpy(np.ascontiguousarray(encode.atoms)), lack_a_constant(live.study)
    drops, flips, chosen = [], [], []
    for first in range(0, len(positions), batch_size):
        run = list(positions[first : first + batch_size])
        with observed(live.model):
            inputs = live.inputs(dataset, run)
            before, responses = _recorded(live, behind, inputs, centred=centred)
            samples, _, units = responses.shape
            here = atoms.to(responses)
            codes = encode(responses.reshape(-1, units)).reshape(samples, -1, len(here))
            feature, unit = strongest_feature(codes, here), strongest_unit(responses)
            sizes = codes_of(codes, feature) * here[feature].norm(dim=1, keepdim=True)
            turned = _directions(responses, run, seed)
            left = (
                without_feature(responses, codes, here, feature),
                without_unit(responses, unit),
                without_direction(responses, sizes, turned),
            )
            after = [
                _logits(live, behind, inputs, _in_place_of(each, behind), centred=centred) for each in left
            ]
        predicted = before.argmax(dim=1)
        drops.append(np.stack([_drops(before, each, predicted) for each in after]))
        flips.append(np.stack([(each.argmax(dim=1) != predicted).double().cpu().numpy() for each in after]))
        chosen.append(torch.stack([feature, unit]).cpu().numpy())
        advance(len(run))
    if not drops:
        nothing = np.empty((len(ROWS), 0))
        return Removals(nothing, nothing, nothing, np.empty((2, 0), np.int64), np.empty(0, np.int64))
    both = np.concatenate(drops, axis=2)
    return Removals(
        both[:, 0],
        both[:, 1],
        np.concatenate(flips, axis=1),
        np.concatenate(chosen, axis=1).astype(np.int64),
        np.asarray(positions, np.int64),
    )


def _recorded(
    live: LiveStudy, layer: RecordedLayer, inputs: torch.Tensor, *, centred: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """(sample, category) logits, and (sample, place, unit) what the layer is read off, with nothing changed."""
    seen: list[torch.Tensor] = []

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        # A copy: a layer that works in place may come behind.
        seen.append(places_of(tensor, layer).detach().clone().float())
        return tensor

    logits = _logits(live, layer, inputs, keep, centred=centred)
    (places,) = seen
    return logits, places.reshape(*places.shape[:2], -1).transpose(1, 2)


def _in_place_of(left: torch.Tensor, layer: RecordedLayer) -> Replace:
    """That a layer returns the (sample, place, unit) numbers where it is read, and elsewhere what it did."""

    def replace(tensor: torch.Tensor) -> torch.Tensor:
        changed = tensor.clone()
        places = places_of(changed, layer)
        places.copy_(left.transpose(1, 2).reshape(places.shape))
        return changed

    return replace


def _logits(
    live: LiveStudy, layer: RecordedLayer, inputs: torch.Tensor, of: Replace, *, centred: bool
) -> torch.Tensor:
    with Replacing(live.model, layer, in_tensor(layer, of)):
        output = forward(live.model, inputs, live.answer.autocast)
    return logits_of(live, output, len(inputs), centred=centred)


def _directions(responses: torch.Tensor, positions: Sequence[int], seed: int) -> torch.Tensor:
    """(sample, unit) random directions of length one, each sample's by its position."""
    units = responses.shape[2]
    drawn = np.stack(
        [np.random.default_rng([seed, position]).standard_normal(units) for position in positions]
    )
    found = torch.from_numpy(drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).to(responses)
    above_zero = (responses >= 0).flatten(1).all(dim=1)[:, None]
    return torch.where(above_zero, found.abs(), found)


def _drops(before: torch.Tensor, after: torch.Tensor, predicted: torch.Tensor) -> np.ndarray:
    """(logit or probability, sample) by how much that of the predicted category is lower afterwards."""
    fallen = [
        (one - other).gather(1, predicted[:, None])[:, 0].double().cpu().numpy()
        for one, other in ((before, after), (before.softmax(1), after.softmax(1)))
    ]
    return np.stack(fallen)
