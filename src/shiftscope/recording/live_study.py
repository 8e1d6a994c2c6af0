"""A study with its model and its data at hand, proven to be those that were recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from shiftscope.datasets.reopened import reopened
from shiftscope.datasets.sample import Dataset
from shiftscope.errors import BadRequest, DataError, NotInStudy, ShiftscopeError, StudyMismatch
from shiftscope.model.answer import Answer
from shiftscope.model.evaluation.evaluation import device_and_dtype, unwrap
from shiftscope.model.evaluation.kept_randomness import kept_randomness
from shiftscope.model.probe import Probe
from shiftscope.model.provenance import describe_model, refuse_other_model
from shiftscope.model.target import Direction, Feature, Logit, Neuron, Target, as_target, checked_vector
from shiftscope.model.terms import Encoder
from shiftscope.recording.batches import stacked
from shiftscope.recording.other_answers import refuse_other_answers_in
from shiftscope.statistics.split import fit_half
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy

AT_ONCE = 64  # inputs of which a mean is taken


class LiveStudy:
    """A study, the model that it was recorded from, and its datasets.

    Checked once, when it is made: the model's weights, modules and settings, its answers to the inputs that the study
    keeps, and the fingerprint of each dataset that is given, which covers samples, order, labels and preprocessing. A
    dataset that is not given is opened again where it was recorded from a file or folder that is still the same.

    Raises
    ------
    StudyMismatch
        Another model than the study's, or other samples, labels or preprocessing than were recorded.
    NotInStudy
        Data for a dataset that the study has not.
    """

    def __init__(
        self,
        study: StoredStudy,
        model: nn.Module,
        data: Mapping[str, Dataset] | None = None,
        *,
        encoders: Mapping[str, Encoder] | None = None,
    ) -> None:
        self.study, self.model = study, unwrap(model)
        self.encoders: Mapping[str, Encoder] = {} if encoders is None else encoders
        refuse_other_model(study.manifest.model, describe_model(self.model))
        refuse_other_answers_in(study, self.model)
        self._data = dict(data or {})
        self.left_out: dict[str, ShiftscopeError] = {}  # by `at_hand`, and why
        for name, dataset in self._data.items():
            _refuse_other_data(study[name], dataset)

    def refuse_changed_model(self) -> None:
        """Raise `StudyMismatch` where the model was changed since this was made."""
        refuse_other_model(self.study.manifest.model, describe_model(self.model))

    def at_hand(self) -> list[str]:
        """The datasets that were given or can be opened again; `left_out` says why the others cannot.

        Raises
        ------
        DataError, StudyMismatch
            Why the first of them cannot, where there is none.
        """
        self.left_out = {name: error for name in self.study if (error := self._problem(name))}
        found = [name for name in self.study if name not in self.left_out]
        if not found and self.left_out:
            raise next(iter(self.left_out.values()))
        return found

    def _problem(self, name: str) -> ShiftscopeError | None:
        """Why a dataset cannot be shown to the model."""
        try:
            self.dataset(name)
        except (DataError, StudyMismatch) as error:
            return error
        return None

    def dataset(self, name: str) -> Dataset:
        """The data of a recorded dataset.

        Raises
        ------
        DataError
            It was not given, and cannot be opened again.
        StudyMismatch
            What lies there now is not what was recorded.
        """
        if name not in self._data:
            recording = self.study[name]
            dataset = reopened(recording.plan.source, name, self.study.categories)
            _refuse_other_data(recording, dataset)
            self._data[name] = dataset
        return self._data[name]

    def inputs(self, name: str, positions: Sequence[int]) -> torch.Tensor:
        """(sample, ...) inputs of the model, on its device, of some samples of a dataset.

        Raises
        ------
        DataError
            A sample that cannot be read, or inputs of different sizes.
        """
        dataset = self.dataset(name)
        outside = [position for position in positions if not 0 <= position < len(dataset)]
        if outside or not len(positions):
            asked = f"no sample {outside[0]}" if outside else "no positions given"
            raise NotInStudy(f"{asked}; {name!r} has {len(dataset)}, from 0 to {len(dataset) - 1}.")
        device, dtype = device_and_dtype(self.model)
        with kept_randomness(torch.device("cpu")):  # which a dataset may draw from
            inputs = stacked([dataset[position].input for position in positions], "the first one")
        return inputs.to(device, dtype if inputs.is_floating_point() else None)

    def probe(self, target: Target | str | int, *, grid: tuple[int, int] | None = None) -> Probe:
        """A target as a differentiable function of the model's input: `probe(inputs)` is (sample,).

        Parameters
        ----------
        target
            A unit's address, "layer4:17", the number of a category for its logit, or one of `Neuron`, `Channel`,
            `Direction`, `Feature`, `Logit`, `Sum`. Its values are those that are recorded, before they are rounded.
        grid
            Rows and columns of the patch tokens, for `probe.map`; a square where not given.

        Raises
        ------
        NotInStudy, BadRequest
            No such layer, unit, category or pooling.
        """
        return Probe(
            self.model,
            as_target(target),
            self.study.layers,
            self.answer,
            len(self.study.categories),
            encoders=self.encoders,
            deviation=self.deviation,
            grid=grid,
        )

    @property
    def answer(self) -> Answer:
        """What of the model's output is its answer, as it was recorded."""
        if self.study.manifest.answer:
            return self.study.manifest.answer
        return self.study[self.study.reference].plan.answer

    @cached_property
    def _fit_half(self) -> npt.NDArray[np.bool_]:
        """(sample,) of the reference."""
        ids = self.study[self.study.reference].samples.column("id").to_pylist()
        return fit_half(ids)

    @cached_property
    def reference_mean(self) -> torch.Tensor:
        """(...) mean input over the fit half of the reference, as the model is shown it; read once.

        Raises
        ------
        DataError
            Inputs of different sizes, or that cannot be read.
        """
        recording, half = self.study[self.study.reference], self._fit_half
        positions = np.flatnonzero(half & (recording.samples.predictions >= 0)).tolist()
        total: torch.Tensor | None = None
        for start in range(0, len(positions), AT_ONCE):
            inputs = self.inputs(recording.name, positions[start : start + AT_ONCE]).cpu().double()
            total = inputs.sum(0) if total is None else total + inputs.sum(0)
        if total is None:
            raise DataError(f"no sample of {recording.name!r} is in its fit half; there is no mean input.")
        return total / len(positions)

    def deviation(self, target: Target) -> float:
        """Standard deviation of a target over the fit half of the reference, from what is stored.

        Raises
        ------
        BadRequest
            The target is no recorded number, or does not vary.
        """
        recording, half = self.study[self.study.reference], self._fit_half
        if isinstance(target, Logit):
            self.study.check_category(target.category)
        sums = np.zeros(3)  # of ones, numbers and squares, less the first number
        first = None
        for rows in recording.plan.shards().values():
            numbers = _recorded(target, recording, rows)[half[rows.start : rows.stop]].astype(np.float64)
            numbers = numbers[np.isfinite(numbers)]
            if len(numbers):
                first = numbers[0] if first is None else first
                sums += [len(numbers), (numbers - first).sum(), ((numbers - first) ** 2).sum()]
        found = math.sqrt(max(sums[2] / sums[0] - (sums[1] / sums[0]) ** 2, 0)) if sums[0] else 0.0
        if not found > 0:
            raise BadRequest(
                f"{target} does not vary over the {int(half.sum())} samples of the fit half of {recording.name!r}, so "
                "nothing can be divided by its deviation: give Sum(..., scaled=False)."
            )
        return found


def _recorded(target: Target, recording: Recording, rows: range) -> npt.NDArray[np.floating]:
    """(sample,) what is stored of a target for a run of samples."""
    if isinstance(target, Logit):
        return recording.logits_of(rows.start, rows.stop)[:, target.category]
    if isinstance(target, (Neuron, Feature)):
        layer = recording.layer(target.layer)
        if getattr(target, "pool", None) in (None, layer.pool):
            layer.check(target.unit)
            return recording.responses(target.layer, rows.start, rows.stop)[:, target.unit]
    if isinstance(target, Direction):
        layer = recording.layer(target.layer)
        if layer.pooled_linearly and not layer.rectify:
            stored = recording.responses(target.layer, rows.start, rows.stop).astype(np.float32)
            return stored @ checked_vector(target, layer.units)
    raise BadRequest(
        f"what {target} is for each sample is not recorded, so that its deviation is not known: give "
        "Sum(..., scaled=False)."
    )


def _refuse_other_data(recording: Recording, dataset: Dataset) -> None:
    plan = recording.plan
    # The fingerprint covers what the model sees, the preprocessing too; where the data lie may change.
    if dataset.fingerprint() != plan.fingerprint or len(dataset) != plan.samples:
        raise StudyMismatch(
            f"the data given for {recording.name!r} are not the {plan.samples} samples that were recorded: their "
            "fingerprints differ. Give the same dataset: samples, order, labels, preprocessing."
        )
