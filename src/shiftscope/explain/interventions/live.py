"""Change units of any recorded layer while the model runs.

A unit that is read off a map or off tokens is changed where it is read (all positions of a pooled map, the patches, the
class token, the centre), so that it reads as wanted: a response that shrinks shrinks its map by a factor, one that
grows raises it evenly, and silence is 0 everywhere. No other units are touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.sample import Dataset
from shiftscope.errors import StudyMismatch
from shiftscope.explain.interventions.edit import Edit
from shiftscope.explain.interventions.intervention import Answers
from shiftscope.model.output import responses_in, tensor_in, with_tensor
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.replacing import Replacing, places_of
from shiftscope.model.terms import Encoder, pooled_places, positions_of
from shiftscope.model.units.kind import unit_kinds
from shiftscope.recording.stream import PassOptions, stream
from shiftscope.store.formats.samples import Samples
from shiftscope.store.plan import Plan


class Change:
    """What a layer returns, with some units' responses changed."""

    def __init__(self, layer: RecordedLayer, units: Sequence[int], edit: Edit) -> None:
        self.layer, self.units, self.edit = layer, list(units), edit

    def of(self, output: Any, predictions: npt.NDArray[np.int64]) -> Any:
        """A copy of `output` whose chosen units read as wanted; `predictions` (sample,) are those before."""
        tensor = tensor_in(output, self.layer.item, self.layer.module)
        read = responses_in(output, self.layer)[:, self.units].float()
        wanted = torch.from_numpy(self.edit.changed(read.cpu().numpy(), predictions)).to(read.device)
        changed = tensor.detach().clone()
        places = places_of(changed, self.layer)
        places[:, self.units] = self._moved(places[:, self.units].float(), read, wanted).to(tensor.dtype)
        return with_tensor(output, tensor, changed)

    def _moved(self, places: torch.Tensor, read: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """(sample, unit, ...) numbers that read as `wanted`, (sample, unit)."""
        if self.edit.kind == "silence":
            return torch.zeros_like(places)
        read, wanted = (part.reshape(*part.shape, *[1] * (places.ndim - 2)) for part in (read, wanted))
        if places[0, 0].numel() == 1:
            return torch.where(wanted != read, wanted, places)
        rectified = torch.relu(places) if self.layer.rectify else places
        shrinks = (wanted.abs() < read.abs()) & (wanted * read >= 0)
        factor = torch.where(shrinks, wanted / torch.where(read == 0, 1, read), 1)
        rise = torch.where(shrinks, 0, wanted - read)
        return torch.where(wanted != read, rectified * factor + rise, places)


class ChangeOfCodes(Change):
    """What a layer returns, with some codes of a layer that is derived from it changed.

    The atom of a feature, times the change of its code, is added everywhere that the layer is read. Where atoms are
    orthogonal, as principal components are, other codes stay what they were.
    """

    def __init__(self, layer: RecordedLayer, units: Sequence[int], edit: Edit, encoder: Encoder) -> None:
        super().__init__(layer, units, edit)
        self._encoder = encoder

    def of(self, output: Any, predictions: npt.NDArray[np.int64]) -> Any:
        """A copy of `output` whose chosen codes read as wanted; `predictions` (sample,) are those before."""
        if self._encoder.positions:
            return self._of_positions(output, predictions)
        tensor = tensor_in(output, self.layer.item, self.layer.module)
        codes = self._encoder(responses_in(output, self.layer).float())[:, self.units].cpu().numpy()
        change = (self.edit.changed(codes, predictions) - codes) @ self._encoder.atoms[self.units]
        changed = tensor.detach().clone()
        places = places_of(changed, self.layer)
        rise = torch.from_numpy(change).to(places)
        places += rise.reshape(*rise.shape, *[1] * (places.ndim - 2))
        return with_tensor(output, tensor, changed)

    def _of_positions(self, output: Any, predictions: npt.NDArray[np.int64]) -> Any:
        """Codes of each position are changed as the responses of a map are: silence is 0 everywhere."""
        tensor = tensor_in(output, self.layer.item, self.layer.module)
        changed = tensor.detach().clone()
        positions = positions_of(changed, self.layer)
        rows = positions.movedim(1, -1)
        codes = self._encoder(rows.reshape(-1, rows.shape[-1]).float())[:, self.units]
        at = codes.reshape(*rows.shape[:-1], -1).movedim(-1, 1)
        read = pooled_places(at, self.layer.pool)
        wanted = torch.from_numpy(self.edit.changed(read.cpu().numpy(), predictions)).to(read)
        rise = (self._moved(at, read, wanted) - at).movedim(1, -1)
        atoms = torch.from_numpy(self._encoder.atoms[self.units]).to(rise)
        added = (rise @ atoms).movedim(-1, 1).to(positions.dtype)
        pool = "mean" if self.layer.pool == "center" else self.layer.pool
        places = unit_kinds[self.layer.kind].places(changed, self.layer.axes, pool)
        places.copy_(torch.where(added != 0, positions + added, places))
        return with_tensor(output, tensor, changed)


class Changing(Replacing):
    """A context in which the model runs with a change."""

    def __init__(self, model: nn.Module, change: Change, predictions: npt.NDArray[np.int64]) -> None:
        super().__init__(model, change.layer, self._changed)
        self._change, self._predictions = change, predictions
        self.done = 0  # samples changed so far, which pass in the order of the predictions

    def _changed(self, output: Any) -> Any:
        samples = len(tensor_in(output, self._change.layer.item, self._change.layer.module))
        predictions = self._predictions[self.done : self.done + samples]
        self.done += samples
        if len(predictions) < samples:
            return output  # more samples than were recorded: refused when the pass is over
        return self._change.of(output, predictions)


def changed_answers(
    model: nn.Module,
    dataset: Dataset,
    change: Change,
    recorded: Samples,
    plan: Plan,
    categories: Sequence[str],
    options: PassOptions,
) -> Answers:
    """What the model answers with a change, which runs anew over a dataset and is handed back as it came.

    Parameters
    ----------
    recorded, plan
        Of the dataset's recording, whose predictions are the answers before.

    Raises
    ------
    StudyMismatch
        Other samples can be read than were recorded, or do not go through the layer.
    """
    shown = recorded.predictions != NO_LABEL
    after = np.full(len(recorded), NO_LABEL, np.int64)
    with Changing(model, change, recorded.predictions[shown]) as changing:
        shards = stream(
            model,
            dataset,
            [],
            categories,
            plan.shards(),
            stored_as="float32",
            answer=plan.answer,
            options=PassOptions(options.batch_size, options.loader_workers, "skip", options.progress),
        )
        with closing(
            shards
        ):  # before the change is taken out: else it would come back with the model's hooks
            for shard in shards:
                after[shard.first : shard.first + len(shard.predictions)] = shard.predictions
    if changing.done != shown.sum() or not np.array_equal(after != NO_LABEL, shown):
        raise StudyMismatch(
            f"{int(shown.sum())} samples of {plan.dataset!r} were recorded, and now {int((after != NO_LABEL).sum())} "
            f"could be read and {changing.done} went through {change.layer.name!r}. Record the dataset again."
        )
    return Answers(recorded.labels, recorded.predictions, after)
