"""Does a map depend on what the model learned? It is computed again while the weights are randomised."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn.utils import parametrize

from shiftscope.errors import BadRequest, LayerNotFound, ModelError, ShapeError, closest
from shiftscope.explain.attribution.faithfulness.controls import edges
from shiftscope.explain.attribution.sanity.sanity import DEPENDS, DOES_NOT, IS_INPUT, UNCLEAR, Similarity
from shiftscope.model.evaluation.evaluation import unwrap
from shiftscope.model.evaluation.kept_randomness import kept_randomness
from shiftscope.statistics.resampled_means import mean_and_interval
from shiftscope.statistics.spearman import partial_spearman, spearman

FloatArray = npt.NDArray[np.float64]
Attribute = Callable[[nn.Module, torch.Tensor], torch.Tensor]  # model, (sample, ...) -> (sample, ...) maps

SEEDS = 3
RESAMPLES = 1_000
REFERENCE_SAMPLES = 256  # from which running statistics are estimated again
BATCH = 64
HIGHEST = 0.5  # similarity of a map that depends on the weights


@dataclass(frozen=True, eq=False)
class RandomisedWeights:
    """How alike the maps of a model are before and after its modules are randomised, one after the other."""

    modules: tuple[str, ...]  # in the order of randomising, from the target back
    similarity: FloatArray  # (module, seed, sample) after this module, partial where the method multiplies
    raw: FloatArray  # (module, seed, sample) the same without taking the input away
    multiplies: bool
    rows: dict[str, Similarity]  # what stands beside it
    after: Similarity  # when all modules are randomised
    maps: torch.Tensor  # (sample, ...) of the first seed, all modules randomised

    @property
    def curve(self) -> FloatArray:
        """(module,) mean over seeds and samples."""
        return _mean_of(self.similarity.reshape(len(self.modules), -1))

    @property
    def verdict(self) -> str:
        return self.after.verdict


def randomised_weights(
    model: nn.Module,
    inputs: torch.Tensor,
    attribute: Attribute,
    *,
    multiplies: bool = False,
    baseline: torch.Tensor | float = 0.0,
    until: str | None = None,
    reference: torch.Tensor | None = None,
    other: nn.Module | None = None,
    seeds: int = SEEDS,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> RandomisedWeights:
    """Attribute again and again while modules of a copy are randomised, from the target back to the input.

    A module is randomised by its `reset_parameters`; what that leaves as it was, and what has none, has the entries of
    each tensor permuted. Running statistics are estimated again after each module.

    Parameters
    ----------
    inputs : (sample, ...)
        64 are enough.
    multiplies
        The method multiplies by the input, so that its maps show the input too: similarity is then partial, given
        |x - baseline|, over the entries where that is not 0.
    until
        The layer that the target is in; modules that run behind it are left alone.
    reference : (sample, ...)
        From which running statistics are estimated, the first 256; the inputs unless given.
    other
        A second trained model, whose maps are compared too.

    Raises
    ------
    ModelError
        The model cannot be copied, or none of its weights are reached.
    LayerNotFound
        There is no module `until`.

    References
    ----------
    Adebayo et al. (2018), Sanity Checks for Saliency Maps.
    """
    if seeds < 1:
        raise BadRequest(f"seeds={seeds}; it is at least 1.")
    original = _copied(unwrap(model)).eval()
    names = cascade(original, inputs, until=until)
    before = _maps(attribute, original, inputs)
    away = _away(inputs, baseline, before)
    compared = _Compared(before, away if multiplies else None)
    shape = (len(names), seeds, len(inputs))
    similarity, raw = np.full(shape, np.nan), np.full(shape, np.nan)
    kept: torch.Tensor | None = None
    shown = inputs if reference is None else reference[:REFERENCE_SAMPLES]
    for number in range(seeds):
        drawn = _copied(original)
        for step, name in enumerate(names):
            randomise(drawn.get_submodule(name), seed=_seed(seed, number, step))
            estimate_again(drawn, shown)
            after = _maps(attribute, drawn, inputs)
            raw[step, number], similarity[step, number] = compared.with_map(after)
        kept = after if kept is None else kept
    assert kept is not None
    rng = np.random.default_rng(seed)

    def told(values: FloatArray, *, judged: bool = False, is_input: bool = False) -> Similarity:
        return _told(values, resamples, rng, judged=judged, is_input=is_input)

    seen = _array(edges(inputs))
    by_place = _array(before)
    if before.shape == inputs.shape and inputs.ndim > 2:
        by_place = _array(before.abs().sum(dim=1))
    rows = {
        "edges": told(spearman(seen, seen), judged=True),
        "this map and the edges": told(spearman(by_place, seen)),
    }
    if multiplies:
        rows["|x - baseline|"] = told(partial_spearman(away, away, away), judged=True, is_input=True)
        rows["this map and |x - baseline|"] = told(spearman(_array(before), away))
    if other is not None:
        theirs = _maps(attribute, _copied(unwrap(other)).eval(), inputs)
        rows["a second trained model"] = told(compared.with_map(theirs)[1])
    return RandomisedWeights(
        tuple(names),
        similarity,
        raw,
        multiplies,
        rows,
        told(_mean_of(np.moveaxis(similarity[-1], 0, 1)), judged=True, is_input=compared.is_input),
        kept,
    )


def with_randomised_weights(
    model: nn.Module,
    inputs: torch.Tensor,
    *,
    until: str | None = None,
    reference: torch.Tensor | None = None,
    seed: int = 0,
) -> nn.Module:
    """A copy, in eval mode, all of whose modules up to the target are randomised; see `randomised_weights`.

    Raises
    ------
    ModelError
        The model cannot be copied, or none of its weights are reached.
    LayerNotFound
        There is no module `until`.
    """
    drawn = _copied(unwrap(model)).eval()
    for step, name in enumerate(cascade(drawn, inputs, until=until)):
        randomise(drawn.get_submodule(name), seed=_seed(seed, 0, step))
    estimate_again(drawn, inputs if reference is None else reference[:REFERENCE_SAMPLES])
    return drawn


def cascade(model: nn.Module, inputs: torch.Tensor, *, until: str | None = None) -> list[str]:
    """Modules with weights of their own that run before the target is known, the last to start first.

    A module that is never called, as some are whose weights another one uses, starts with the module around it.
    """
    modules = dict(model.named_modules())
    if until is not None and until not in modules:
        raise LayerNotFound(f"no layer named {until!r}; closest: {closest(until, modules)}.")
    started: dict[str, int] = {}
    ended: dict[str, int] = {}
    handles = []
    for name, module in modules.items():

        def start(*_: Any, name: str = name) -> None:
            started.setdefault(name, len(started) + len(ended))

        def end(*_: Any, name: str = name) -> None:
            ended.setdefault(name, len(started) + len(ended))

        handles += [module.register_forward_pre_hook(start), module.register_forward_hook(end)]
    try:
        with torch.no_grad():
            model(inputs[:2])
    finally:
        for handle in handles:
            handle.remove()
    last = ended.get(until, 0) if until is not None else math.inf
    times = {}
    for place, (name, module) in enumerate(modules.items()):
        around = name
        while around not in started and around:
            around = around.rpartition(".")[0]
        own = any(True for _ in module.parameters(recurse=False))
        if own and around in started and started[around] < last:
            times[name] = (started[around], place)
    if not times:
        raise ModelError("no module with weights runs before the target; there is nothing to randomise.")
    return sorted(times, key=lambda name: times[name], reverse=True)


def randomise(module: nn.Module, *, seed: int) -> None:
    """Randomise the module's own weights: by `reset_parameters`, and what it leaves as it was by permutation."""
    own = dict(module.named_parameters(recurse=False))
    if not own:
        return
    before = {name: weight.detach().clone() for name, weight in own.items()}
    reset = getattr(module, "reset_parameters", None)
    device = next(iter(own.values())).device
    with kept_randomness(device), torch.no_grad():
        torch.manual_seed(seed)
        if callable(reset) and not parametrize.is_parametrized(module):
            reset()
        for name, weight in own.items():
            if torch.equal(weight, before[name]):
                order = torch.randperm(weight.numel()).to(device)
                weight.copy_(weight.flatten()[order].reshape(weight.shape))


def estimate_again(model: nn.Module, reference: torch.Tensor) -> None:
    """Running means and variances of normalisation from the reference, each batch weighing alike."""
    norms = [
        module
        for module in model.modules()
        if isinstance(module, nn.modules.batchnorm._NormBase) and module.running_mean is not None
    ]
    if not norms:
        return
    if len(reference) < 2:
        raise BadRequest("running statistics are estimated from at least 2 reference samples.")
    with torch.no_grad(), _averaging(norms):
        for batch in torch.tensor_split(reference, math.ceil(len(reference) / BATCH)):
            model(batch)


@contextmanager
def _averaging(norms: Sequence[nn.modules.batchnorm._NormBase]) -> Iterator[None]:
    before = [(norm, norm.momentum, norm.training) for norm in norms]
    try:
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the mean over all batches
            norm.train()
        yield
    finally:
        for norm, momentum, training in before:
            norm.momentum = momentum
            norm.train(training)


class _Compared:
    """Maps held against those of the model as it was."""

    def __init__(self, before: torch.Tensor, away: FloatArray | None) -> None:
        self.shape, self.before, self.away = before.shape, _array(before), away

    @property
    def is_input(self) -> bool:
        """Whether every map orders its entries as |x - baseline| does."""
        if self.away is None:
            return False
        alike = [spearman(ours[away != 0], away[away != 0]) for ours, away in self._rows()]
        return bool(alike) and all(each > 1 - 1e-9 for each in alike)

    def with_map(self, after: torch.Tensor) -> tuple[FloatArray, FloatArray]:
        """(sample,) correlations, raw and with the input taken away."""
        if after.shape != self.shape:
            raise ShapeError(
                f"a map of {tuple(after.shape)} after its weights were randomised, of {tuple(self.shape)} before."
            )
        theirs = _array(after)
        raw = spearman(self.before, theirs)
        if self.away is None:
            return raw, raw
        partial = [
            partial_spearman(ours[away != 0], their[away != 0], away[away != 0])
            for (ours, away), their in zip(self._rows(), theirs, strict=True)
        ]
        return raw, np.array(partial, np.float64)

    def _rows(self) -> Iterator[tuple[FloatArray, FloatArray]]:
        assert self.away is not None
        return zip(self.before, self.away, strict=True)


def _copied(model: nn.Module) -> nn.Module:
    try:
        return copy.deepcopy(model)
    except Exception as error:  # whatever their own classes raise
        raise ModelError(
            f"the model cannot be copied, and its own weights are left alone: {type(error).__name__}: {error}"
        ) from error


def _maps(attribute: Attribute, model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    maps = attribute(model, inputs).detach()
    if len(maps) != len(inputs):
        raise ShapeError(f"maps of {tuple(maps.shape)} for {len(inputs)} samples.")
    return maps


def _away(inputs: torch.Tensor, baseline: torch.Tensor | float, maps: torch.Tensor) -> FloatArray:
    """(sample, entry) |x - baseline|, summed over channels where the maps have none."""
    away = (inputs - baseline).abs()
    return _array(away.sum(dim=1) if maps.shape != inputs.shape and inputs.ndim > 2 else away)


def _array(maps: torch.Tensor) -> FloatArray:
    """(sample, entry) of absolute values."""
    return np.asarray(maps.detach().abs().flatten(1).cpu().double().numpy())


def _seed(seed: int, number: int, step: int) -> int:
    return int(np.random.SeedSequence([seed, number, step]).generate_state(1)[0])


def _mean_of(values: FloatArray) -> FloatArray:
    """(...,) means along the last axis over what there is; NaN where there is nothing."""
    measured = ~np.isnan(values)
    counts = measured.sum(axis=-1)
    return np.asarray(np.where(measured, values, 0).sum(axis=-1) / np.where(counts > 0, counts, np.nan))


def _told(
    values: FloatArray, resamples: int, rng: np.random.Generator, *, judged: bool, is_input: bool
) -> Similarity:
    mean, low, high = (float(each) for each in mean_and_interval(values, resamples, rng))
    verdict = ""
    if judged and is_input and np.isnan(values).all():
        verdict = IS_INPUT
    elif judged:
        verdict = DEPENDS if high < HIGHEST else DOES_NOT if low >= HIGHEST else UNCLEAR
    return Similarity(mean, low, high, int((~np.isnan(values)).sum()), verdict)
