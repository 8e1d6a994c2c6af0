"""A second network beside a study's own: what its units say of the reference and of pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.errors import BadRequest, LayerError
from shiftscope.explain.attribution.sanity.sane import module_read
from shiftscope.explain.attribution.units import layer_read
from shiftscope.explain.visualisation.belief.measured import Images
from shiftscope.explain.visualisation.belief.reached import reached
from shiftscope.explain.visualisation.belief.transfer import Transfer, correlations, counterpart
from shiftscope.explain.visualisation.canvas.entering import Entering
from shiftscope.explain.visualisation.climb.views import resized
from shiftscope.explain.visualisation.differences.in_use import responses_to
from shiftscope.explain.visualisation.live import AT_ONCE, entering_of
from shiftscope.model.evaluation.evaluation import device_and_dtype, observed, unwrap
from shiftscope.model.forward import forward
from shiftscope.model.module_names import named_modules
from shiftscope.model.output import answer_item, logits_in
from shiftscope.model.provenance import describe_model
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.taps import Taps
from shiftscope.recording.live_study import LiveStudy
from shiftscope.statistics.split import fit_half
from shiftscope.statistics.spread_evenly import spread_evenly
from shiftscope.store.layout import LOGITS

SAMPLES = 1024  # of each half of the reference whose responses are compared, at most


@dataclass(frozen=True, eq=False)
class Second:
    """A network, and how it is shown pictures that were made for another.

    Parameters
    ----------
    layer
        Whose units are looked through, as in its `named_modules()`; the one of the same name where not given, and its
        answer for a category.
    preprocess
        What lies between pictures of 0 to 1 and this network, without resizing; that of the study where not given.
    size
        Rows and columns of its inputs; those of the study's model where not given.
    range
        Lower and upper end of its inputs, to which pictures are stretched, of a network without preprocessing.
    """

    model: nn.Module
    layer: str | None = None
    preprocess: Preprocess | None = None
    size: tuple[int, int] | None = None
    range: tuple[float, float] | None = None


def as_second(given: object) -> Second:
    """A `Second` of a bare model, which is shown what the study's own is."""
    if isinstance(given, Second):
        if given.preprocess is not None and given.range is not None:
            raise BadRequest("a second network has a preprocessing or a range of its inputs, not both.")
        return dataclasses.replace(given, model=unwrap(given.model))
    if isinstance(given, nn.Module):
        return Second(unwrap(given))
    raise BadRequest(
        f"second={type(given).__name__}; give a model, or ss.Second(model, layer=..., size=...)."
    )


def weights_of(second: Second) -> str:
    """What names the network and how it is shown pictures: the digest of its weights, and the rest in words."""
    how = [second.layer, second.preprocess, second.size, second.range]
    digest = str(describe_model(second.model)["weights_sha256"])
    return digest if not any(how) else f"{digest} {how}"


class SecondNetwork:
    """Responses of one layer of a second network, to samples of a study's reference and to pictures.

    Parameters
    ----------
    layer
        Of the study, whose units have counterparts.
    dataset, limits
        As for `entering_of`: how the pictures are shown to the study's own model.

    Raises
    ------
    LayerError
        It has no layer of that name.
    """

    def __init__(
        self, live: LiveStudy, second: Second, *, layer: str, dataset: str, limits: tuple[float, float] | None
    ) -> None:
        self.live, self.second, self.layer = live, second, layer
        self._entering, self._limits = entering_of(live.study, dataset, limits)
        self._weights = weights_of(second)
        self._read: RecordedLayer | None = None

    def transfer(self, unit: int, groups: Sequence[Images]) -> Transfer:
        """What groups of pictures do to the counterpart of a unit: of each group the median of the quantiles."""
        ours = responses_to(self.live.study, self.live.study.reference, self.layer, unit)
        (fit, held_out), theirs = self._halves, self._of_reference
        found = counterpart(ours[fit], theirs[0])
        correlation = float(correlations(ours[held_out], theirs[1])[found]) if found >= 0 else float("nan")
        nothing = Transfer(
            self._name, found, correlation, np.full(len(groups), np.nan), self._weights, self._note(groups)
        )
        if not nothing.found:
            return nothing
        quantiles = [
            float(
                np.median(
                    [reached(each, theirs[1][:, found]).quantile for each in self._said(some)[:, found]]
                )
            )
            for some in groups
        ]
        return dataclasses.replace(nothing, quantiles=np.array(quantiles))

    @property
    def _name(self) -> str:
        return LOGITS if self._module is None else self._module

    @cached_property
    def _module(self) -> str | None:
        return self.second.layer or module_read(self.live, self.layer)

    @cached_property
    def _halves(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Positions of samples of the reference that were shown: what is fitted on, and what is held out."""
        samples = self.live.study[self.live.study.reference].samples
        half, shown = fit_half(samples.column("id").to_pylist()), samples.predictions >= 0
        fit, held_out = (np.flatnonzero(each & shown) for each in (half, ~half))
        return spread_evenly(fit, SAMPLES), spread_evenly(held_out, SAMPLES)

    @cached_property
    def _of_reference(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """(sample, unit) of both halves."""
        fit, held_out = (self._of_samples(half.tolist()) for half in self._halves)
        return fit, held_out

    def _of_samples(self, positions: list[int]) -> npt.NDArray[np.float64]:
        if not positions:
            return np.empty((0, 1))
        blocks = []
        for start in range(0, len(positions), AT_ONCE):
            inputs = self.live.inputs(self.live.study.reference, positions[start : start + AT_ONCE])
            blocks.append(self._said(self._entering.back(inputs).cpu().numpy()))
        return np.concatenate(blocks)

    def _said(self, images: Images) -> npt.NDArray[np.float64]:
        """(picture, unit)"""
        pictures = torch.from_numpy(np.ascontiguousarray(images))
        if self.second.size is not None:
            pictures = torch.stack([resized(each, self.second.size) for each in pictures])
        model = self.second.model
        with torch.inference_mode(False):
            inputs = self._inputs(pictures.to(*device_and_dtype(model)))
            layer = self._layer(inputs)
            with observed(model), Taps(model, [] if layer is None else [layer]) as taps:
                answer = forward(model, inputs)
                if layer is None:
                    item = answer_item(answer, None, len(inputs), 0)
                    said = logits_in(answer, item, len(inputs))
                else:
                    said = taps.take()[layer.name]
        return np.asarray(said.double().cpu().numpy())

    def _inputs(self, pictures: torch.Tensor) -> torch.Tensor:
        """What the second network is given for pictures of ours."""
        preprocess, limits = self.second.preprocess, self.second.range
        if preprocess is None and limits is None:
            return self._entering(pictures)
        (low, high), (least, most) = limits or (0.0, 1.0), self._limits
        return Entering(preprocess)(low + (high - low) * (pictures - least) / (most - least))

    def _layer(self, inputs: torch.Tensor) -> RecordedLayer | None:
        if self._module is None:
            return None
        if self._read is None:
            self._read = self._found(self._module, inputs[:2])
        return self._read

    def _found(self, module: str, inputs: torch.Tensor) -> RecordedLayer:
        """How the layer is read: pooled as ours where it can be."""
        if module not in named_modules(self.second.model):
            raise LayerError(
                f"the second network has no layer {module!r}; name one of its own: ss.Second(model, layer=...)."
            )
        first = inputs if len(inputs) > 1 else inputs.repeat(2, *[1] * (inputs.ndim - 1))
        found = layer_read(self.second.model, module, first)
        if self.layer == LOGITS:
            return found
        own = self.live.study.layer(self.layer)
        own = self.live.study.layer(own.behind) if own.behind else own
        return (
            dataclasses.replace(found, pool=own.pool, rectify=own.rectify)
            if own.kind == found.kind
            else found
        )

    def _note(self, groups: Sequence[Images]) -> str:
        told = []
        if self.second.size is not None and groups and groups[0].shape[-2:] != self.second.size:
            told.append(f"pictures resized to {self.second.size[0]}x{self.second.size[1]}")
        if self.second.range is not None and self.second.range != self._limits:
            told.append("pictures stretched to {:g} to {:g}".format(*self.second.range))
        return ", ".join(told)
