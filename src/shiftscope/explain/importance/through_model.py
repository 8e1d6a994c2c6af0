"""What features of any layer do to the logits, by the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.errors import ModelError
from shiftscope.explain.importance.logits import lack_a_constant, logits_of
from shiftscope.explain.interventions.changeable import changeable
from shiftscope.model.evaluation.evaluation import followed
from shiftscope.model.forward import forward
from shiftscope.model.replacing import Replacing, added, in_tensor
from shiftscope.recording.live_study import LiveStudy
from shiftscope.statistics.sobol import design, replicas, total_indices

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MaskedCodes:
    """The model with each code of a derived layer multiplied by a mask.

    The atom of a feature, times the change of its code, is added everywhere that the layer is read, so what no atom
    tells of a sample stays as it is.
    """

    live: LiveStudy
    layer: str  # the derived one

    def logits(self, inputs: torch.Tensor, codes: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
        """(row, category) for inputs (row, ...), codes and masks (row, unit); a graph leads to the masks."""
        behind = changeable(self.live.study, self.layer)
        atoms = torch.from_numpy(np.ascontiguousarray(self.live.encoders[self.layer].atoms)).to(codes)
        rise = ((masks - 1) * codes) @ atoms
        of = in_tensor(behind, lambda tensor: added(tensor, rise, behind))
        with Replacing(self.live.model, behind, of):
            output = forward(self.live.model, inputs, self.live.answer.autocast)
        return logits_of(self.live, output, len(inputs), centred=self._centred)

    @cached_property
    def _centred(self) -> bool:
        return lack_a_constant(self.live.study)


def gradients_times_codes(
    live: LiveStudy,
    layer: str,
    dataset: str,
    positions: Sequence[int],
    *,
    batch_size: int,
    advance: Callable[[int], None] = lambda samples: None,
) -> FloatArray:
    """(sample, unit) each code times the gradient of the predicted category's logit with respect to it."""
    masked, recording = MaskedCodes(live, layer), live.study[dataset]
    found = []
    for first in range(0, len(positions), batch_size):
        run = list(positions[first : first + batch_size])
        inputs, predictions = live.inputs(dataset, run), recording.samples.predictions[run]
        codes = torch.from_numpy(recording.responses_at(layer, run).astype(np.float32)).to(inputs.device)
        with followed(live.model):
            masks = torch.ones_like(codes, requires_grad=True)
            logits = masked.logits(inputs, codes, masks)
            picked = logits[torch.arange(len(run)), torch.from_numpy(predictions).to(logits.device)]
            if not picked.requires_grad:
                raise ModelError(
                    f"the logits have no gradient with respect to {layer!r}; is something behind it detached, rounded "
                    'or counted? method="sobol" needs none.'
                )
            (gradient,) = torch.autograd.grad(picked.sum(), masks)
        found.append(gradient.double().cpu().numpy())
        advance(len(run))
    return np.concatenate(found) if found else np.empty((0, recording.layer(layer).units))


def sobol_total_indices(
    live: LiveStudy,
    layer: str,
    dataset: str,
    positions: Sequence[int],
    *,
    designs: int,
    seed: int,
    batch_size: int,
    advance: Callable[[int], None] = lambda samples: None,
) -> FloatArray:
    """(sample, unit) part of the variance of the predicted category's logit that each mask has, by Jansen.

    Masks are of [0, 1], with a scrambled design of its own for each sample. `designs` x (features + 1) passes a sample.
    NaN for a sample of which masking changes nothing.
    """
    masked, recording = MaskedCodes(live, layer), live.study[dataset]
    units = recording.layer(layer).units
    found = np.full((len(positions), units), np.nan)
    for place, position in enumerate(positions):
        first, second = design(units, designs, np.random.default_rng([seed, position]))
        masks = np.concatenate([first[None], replicas(first, second)]).reshape(-1, units)
        category = int(recording.samples.predictions[position])
        one = live.inputs(dataset, [position])
        code = torch.from_numpy(recording.responses_at(layer, [position]).astype(np.float32)).to(one.device)
        values = []
        with followed(live.model), torch.no_grad():
            for start in range(0, len(masks), batch_size):
                here = torch.from_numpy(masks[start : start + batch_size]).to(code)
                inputs = one.expand(len(here), *one.shape[1:])
                values.append(masked.logits(inputs, code, here)[:, category].double().cpu().numpy())
        values_by_design = np.concatenate(values).reshape(units + 1, designs)
        found[place] = total_indices(values_by_design[0], values_by_design[1:])
        advance(1)
    return found
