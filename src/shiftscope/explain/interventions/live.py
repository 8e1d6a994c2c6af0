"""Change units of any recorded layer while the model runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.sample import Dataset
from shiftscope.errors import BadRequest, LayerError, StudyMismatch
from shiftscope.explain.interventions.edit import Edit, EditKind
from shiftscope.explain.interventions.head import checked_units
from shiftscope.explain.interventions.intervention import Answers, Intervention
from shiftscope.model.evaluation.evaluation import unwrap
from shiftscope.model.output import responses_in, tensor_in, with_tensor
from shiftscope.model.provenance import describe_model, refuse_other_model
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.recording.other_answers import refuse_other_answers_in
from shiftscope.recording.recorded_answer import recorded_answer
from shiftscope.recording.stream import PassOptions, stream
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy


def intervene_live(
    study: StoredStudy,
    model: nn.Module,
    data: Mapping[str, Dataset],
    units: Sequence[int],
    how: EditKind = "silence",
    *,
    layer: str,
    reference: str | None = None,
    run: PassOptions | None = None,
) -> Intervention:
    """What the model answers with some units of a recorded layer changed, for the datasets given.

    The model runs anew over each dataset and is handed back as it came. The answers before are the recorded ones.

    A unit that is read off a map or off tokens is changed where it is read (all positions of a pooled map, the
    patches, the class token, the centre), so that it reads as wanted: a response that shrinks shrinks its map by a
    factor, one that grows raises it evenly, and silence is 0 everywhere. No other units are touched.

    Parameters
    ----------
    data
        The datasets that were recorded, by their names in the study.

    Raises
    ------
    StudyMismatch
        Another model than the study's, or other samples, labels or preprocessing than were recorded.
    NotInStudy, BadRequest
        As `intervene`.
    """
    model = unwrap(model)
    refuse_other_model(study.manifest.model, describe_model(model))
    refuse_other_answers_in(study, model)
    described = study.layer(layer)
    if described.side != "output":
        raise LayerError(
            f"{layer!r} is what enters {described.module!r}; record the layer before it to change its units."
        )
    chosen = checked_units(units, study, layer)
    if not data:
        raise BadRequest(
            "no data to show to the model; give data={name: dataset} with datasets of the study."
        )
    for name, dataset in data.items():
        _refuse_other_data(study[name], dataset)
    against = study[reference or study.reference]
    edit = Edit.of(how, against, layer, chosen)
    answers = {
        name: _answers(
            study, model, study[name], dataset, Change(described, chosen, edit), run or PassOptions()
        )
        for name, dataset in data.items()
    }
    return Intervention(layer, chosen, how, against.name, answers)


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
        places = self._places(changed)
        places[:, self.units] = self._moved(places[:, self.units].float(), read, wanted).to(tensor.dtype)
        return with_tensor(output, tensor, changed)

    def _places(self, tensor: torch.Tensor) -> torch.Tensor:
        """(sample, unit, ...) view of the numbers that the units are read off."""
        layer = self.layer
        if layer.kind == "neuron":
            return tensor
        if layer.kind == "channel":
            places = tensor.movedim(layer.channel_axis, 1)
            if layer.pool == "center":
                for _ in range(2, tensor.ndim):
                    places = places.select(2, places.shape[2] // 2)
            return places
        if layer.kind == "token dimension":
            tokens = slice(0, 1) if layer.pool == "cls" else slice(layer.prefix_tokens, None)
            return tensor[:, tokens].movedim(-1, 1)
        raise LayerError(
            f"units of {layer.name!r} are of the kind {layer.kind!r}, which no output of the model holds as such; "
            "they cannot be changed while it runs."
        )

    def _moved(self, places: torch.Tensor, read: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """(sample, unit, ...) numbers that read as `wanted`, (sample, unit)."""
        if self.edit.how == "silence":
            return torch.zeros_like(places)
        read, wanted = (part.reshape(*part.shape, *[1] * (places.ndim - 2)) for part in (read, wanted))
        if places[0, 0].numel() == 1:
            return torch.where(wanted != read, wanted, places)
        rectified = torch.relu(places) if self.layer.rectify else places
        shrinks = (wanted.abs() < read.abs()) & (wanted * read >= 0)
        factor = torch.where(shrinks, wanted / torch.where(read == 0, 1, read), 1)
        rise = torch.where(shrinks, 0, wanted - read)
        return torch.where(wanted != read, rectified * factor + rise, places)


class Changing:
    """A context in which the model runs with a change; its hooks are always taken out."""

    def __init__(self, model: nn.Module, change: Change, predictions: npt.NDArray[np.int64]) -> None:
        self._model, self._change, self._predictions = model, change, predictions
        self._handles: list[torch.utils.hooks.RemovableHandle] = []
        self._calls = 0  # of the module, in this forward pass
        self.done = 0  # samples changed so far, which pass in the order of the predictions

    def __enter__(self) -> Changing:
        module = dict(self._model.named_modules())[self._change.layer.module]
        self._handles = [
            self._model.register_forward_pre_hook(self._begin),
            module.register_forward_hook(self._edit),
        ]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def _begin(self, module: nn.Module, arguments: Any) -> None:
        self._calls = 0

    def _edit(self, module: nn.Module, arguments: Any, output: Any) -> Any:
        call, self._calls = self._calls, self._calls + 1
        if call != self._change.layer.call:
            return None
        samples = len(tensor_in(output, self._change.layer.item, self._change.layer.module))
        predictions = self._predictions[self.done : self.done + samples]
        self.done += samples
        if len(predictions) < samples:
            return None  # more samples than were recorded: refused when the pass is over
        return self._change.of(output, predictions)


def _answers(
    study: StoredStudy,
    model: nn.Module,
    recording: Recording,
    dataset: Dataset,
    change: Change,
    run: PassOptions,
) -> Answers:
    samples = recording.samples
    shown = samples.predictions != NO_LABEL
    after = np.full(len(samples), NO_LABEL, np.int64)
    with Changing(model, change, samples.predictions[shown]) as changing:
        shards = stream(
            model,
            dataset,
            [],
            study.categories,
            recording.plan.shards(),
            stored_as="float32",
            answer=recorded_answer(recording.plan),
            how=PassOptions(run.batch_size, run.loader_workers, "skip", run.progress),
        )
        with closing(
            shards
        ):  # before the change is taken out: else it would come back with the model's hooks
            for shard in shards:
                after[shard.first : shard.first + len(shard.predictions)] = shard.predictions
    if changing.done != shown.sum() or not np.array_equal(after != NO_LABEL, shown):
        raise StudyMismatch(
            f"{int(shown.sum())} samples of {recording.name!r} were recorded, and now {int((after != NO_LABEL).sum())} "
            f"could be read and {changing.done} went through {change.layer.name!r}. Record the dataset again."
        )
    return Answers(samples.labels, samples.predictions, after)


def _refuse_other_data(recording: Recording, dataset: Dataset) -> None:
    plan = recording.plan
    # The fingerprint covers what the model sees, the preprocessing too; where the data lie may change.
    if dataset.fingerprint() != plan.fingerprint or len(dataset) != plan.samples:
        raise StudyMismatch(
            f"the data given for {recording.name!r} are not the {plan.samples} samples that were recorded: their "
            "fingerprints differ. Give the same dataset: samples, order, labels, preprocessing."
        )
