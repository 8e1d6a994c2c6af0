"""`ss.attribute`: where in its inputs a unit of a model reads what it says, without a study."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from numbers import Real
from typing import Any

import torch
from torch import nn

from shiftscope.errors import BadRequest, ShiftscopeError
from shiftscope.explain.attribution.adapter import from_other_tool
from shiftscope.explain.attribution.attribution import Attribution, at_least_one, attributions
from shiftscope.explain.attribution.checks import refuse_lacking_axes, refuse_outside
from shiftscope.explain.attribution.faithfulness.fills import filled
from shiftscope.explain.attribution.function import Joined, parted
from shiftscope.explain.attribution.low_pass.low_pass import low_passed
from shiftscope.explain.attribution.maps import Maps, maps_of
from shiftscope.explain.attribution.units import function_of
from shiftscope.explain.attribution.wavelets.wavelet_attribution import (
    WaveletAttribution,
    wavelet_attribution,
)
from shiftscope.model.evaluation.evaluation import device_and_dtype, observed, unwrap
from shiftscope.model.forward import forward

Inputs = torch.Tensor | tuple[torch.Tensor, ...]
OF_WAVELETS = "wavelet", "level", "mode", "channels"  # options of the transform, not of a method


def attribute(
    model: nn.Module,
    inputs: Inputs,
    target: object = None,
    *,
    method: object = "saliency",
    baselines: object = None,
    additional_forward_args: object = None,
    n_steps: int | None = None,
    internal_batch_size: int | None = None,
    return_convergence_delta: bool = False,
    layer: str | None = None,
    range: tuple[float, float] | None = None,
    low_pass: float | None = None,
    seed: int = 0,
    sample_ids: Sequence[str] | None = None,
    **options: Any,
) -> Any:
    """Where in each sample a unit reads: a detached tensor of the shape, dtype and device of the inputs; of the `wam`
    methods, which take the options of the transform too, a `WaveletAttribution`.

    The model is in eval mode for it, and as it came afterwards. A name that captum has means here what it means there.

    Parameters
    ----------
    inputs
        (sample, ...), or a tuple of such tensors for a model of several inputs; then the answer is a tuple.
    target
        The index of a category, (sample,) of them, or a tuple for outputs of more axes; nothing for a model that gives
        one number a sample; the address of a unit, "layer4:17"; `ss.Neuron` and its like; or a callable from the
        model's output to (sample,). For a list of addresses or such targets, whose forward passes are shared, the
        answer is (sample, unit, ...).
    method
        A name, or any object with `.attribute`, which is called with inputs and target and the further options. Those
        of captum are built on the model, or on `ss.probe_module(model, unit)` with target 0.
    baselines
        A number, one sample or the shape of the inputs, or a tuple of these; "blur" for the inputs, blurred. Zero where
        not given.
    n_steps
        Points of the path of integrated gradients, 50 where not given.
    internal_batch_size
        Points of one forward pass, on which memory depends; what fits into the free memory where not given.
    return_convergence_delta
        Give also (sample,) the map's sum less the value's rise over that of the baseline.
    layer
        Of Grad-CAM; the last with a map that leads to the unit where not given.
    range
        Lower and upper end of the model's inputs, which these are checked against; needed with `clip=True` alone.
    low_pass
        Cutoff in cycles per image: what is finer is taken out of each channel's map, before a wavelet transform.
    sample_ids
        By which random numbers of a sample are drawn, with the seed; its own content where not given.

    Raises
    ------
    BadRequest
        An option, a target or inputs that cannot be; the message says what can.
    ModelError
        A model that mixes samples, or has no gradient at the input; the message names the module.
    LayerError
        A layer without a map, or from which the unit cannot be reached.
    """
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    _refuse_unusable(given)
    if callable(getattr(method, "attribute", None)) and not isinstance(method, type):
        own = {
            "layer": layer,
            "return_convergence_delta": return_convergence_delta or None,
            "sample_ids": sample_ids,
        }
        for name, asked in own.items():
            if asked is not None:
                raise BadRequest(
                    f"{name}= is for methods by name; {type(method).__name__} is built without it."
                )
        if range is not None:
            for tensor in given:
                refuse_outside(tensor, range)
        further = {
            "baselines": baselines,
            "additional_forward_args": additional_forward_args,
            "n_steps": n_steps,
            "internal_batch_size": internal_batch_size,
        }
        options |= {name: value for name, value in further.items() if value is not None}
        found, _ = from_other_tool(method, inputs, target, seed, **options)
        every = [each.detach() for each in (found if isinstance(found, tuple) else (found,))]
        if low_pass is not None:
            every = [_low_passed(each.unsqueeze(1), low_pass)[:, 0] for each in every]
        return tuple(every) if isinstance(found, tuple) else every[0]
    if not isinstance(method, str):
        raise BadRequest(f"{method!r} is no method: give a name, or an object with .attribute.")
    chosen = attributions[method]
    for name, value in (("n_steps", n_steps), ("layer", layer)):
        if value is not None:
            options[name] = value
    if internal_batch_size is not None:
        at_least_one(internal_batch_size=internal_batch_size)
    if return_convergence_delta and not chosen.complete:
        whole = ", ".join(name for name, each in attributions.items() if each.complete)
        raise BadRequest(f"{method} sums to nothing known, so it has no delta; there is one of {whole}.")
    transform = _taken(options, OF_WAVELETS) if chosen.wavelets else {}
    starts = _baselines(baselines, given)
    model, shapes, flat = _as_one(unwrap(model), inputs, given, additional_forward_args)
    base = starts[0] if shapes is None else torch.cat([start.flatten(1) for start in starts], dim=1)
    base = base.to(flat)
    refuse_lacking_axes(chosen, tuple(flat.shape[1:]), filtered=low_pass is not None)
    with _missing_axis_told(model, given):
        function, single = function_of(model, target, flat[:2], len(flat), shapes)
        found = maps_of(
            function,
            chosen,
            flat,
            base,
            rows=internal_batch_size,
            range=range,
            seed=seed,
            ids=sample_ids,
            **options,
        )
    _warn(found)
    maps = found.maps if low_pass is None else _low_passed(found.maps, low_pass)
    answer: Any
    if chosen.wavelets:
        bands = [_of_coefficients(chosen, each, flat, base, transform) for each in maps.unbind(1)]
        answer = bands[0] if single else bands
    else:
        parts = [
            part.to(tensor.device, tensor.dtype)
            for part, tensor in zip(parted(maps[:, 0] if single else maps, shapes), given, strict=True)
        ]
        answer = tuple(parts) if isinstance(inputs, tuple) else parts[0]
    if not return_convergence_delta:
        return answer
    assert found.delta is not None
    return answer, found.delta[:, 0] if single else found.delta


def _taken(options: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: options.pop(name) for name in names if name in options}


def _of_coefficients(
    method: Attribution,
    gradient: torch.Tensor,
    inputs: torch.Tensor,
    baseline: torch.Tensor,
    transform: dict[str, Any],
) -> WaveletAttribution:
    try:
        return wavelet_attribution(
            gradient, inputs, times_input=method.multiplies, baselines=baseline.detach().cpu(), **transform
        )
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _low_passed(maps: torch.Tensor, cutoff: object) -> torch.Tensor:
    """Without what is finer than `cutoff` cycles per image."""
    if maps.ndim != 5:
        raise BadRequest(f"low_pass filters maps of pictures; these are {tuple(maps.shape[2:])} a sample.")
    if isinstance(cutoff, bool) or not isinstance(cutoff, Real):
        raise BadRequest(f"low_pass={cutoff!r}; give a number of cycles per image.")
    try:
        return torch.from_numpy(low_passed(maps.cpu().numpy(), float(cutoff))).to(maps)
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _refuse_unusable(given: Sequence[object]) -> None:
    for tensor in given:
        if not isinstance(tensor, torch.Tensor):
            raise BadRequest(
                f"inputs of type {type(tensor).__name__}; give a tensor (sample, ...), or a tuple."
            )
        if not tensor.is_floating_point():
            raise BadRequest(
                f"inputs are {tensor.dtype}; a gradient needs floating point. Give the tensor after the embedding."
            )
        if tensor.ndim < 2 or not len(tensor):
            raise BadRequest(
                f"inputs of shape {tuple(tensor.shape)}; the samples are the first of two axes or more: of one "
                "sample x, give x[None]."
            )
    if len({(len(tensor), tensor.dtype) for tensor in given if isinstance(tensor, torch.Tensor)}) > 1:
        raise BadRequest("the inputs differ in their number of samples or in their dtype.")


def _as_one(
    model: nn.Module, inputs: Inputs, given: Sequence[torch.Tensor], arguments: object
) -> tuple[nn.Module, list[torch.Size] | None, torch.Tensor]:
    """The model, the shapes of several inputs, and all inputs of a sample in one tensor."""
    further = () if arguments is None else arguments if isinstance(arguments, tuple) else (arguments,)
    shapes = [tensor.shape[1:] for tensor in given] if len(given) > 1 else None
    flat = given[0] if shapes is None else torch.cat([tensor.flatten(1) for tensor in given], dim=1)
    flat = flat.float() if flat.element_size() < 4 else flat  # means of half precision are none
    if shapes is None and not further:
        return model, None, flat
    joined = Joined(model, shapes, further, len(flat))
    joined.training = model.training  # its own: modules of the model may be in modes of theirs
    return joined, shapes, flat


@contextmanager
def _missing_axis_told(model: nn.Module, given: Sequence[torch.Tensor]) -> Iterator[None]:
    """Whatever is refused of an input that the model takes only as a single sample becomes a `BadRequest` saying so."""
    try:
        yield
    except ShiftscopeError as error:
        alone = len(given) == 1 and not _runs(model, given[0][:2]) and _runs(model, given[0][None])
        if not alone:
            raise
        raise BadRequest(
            f"inputs of shape {tuple(given[0].shape)} are one sample without the axis of samples, which comes first: "
            "give x[None], or x[:1] of several."
        ) from error


def _runs(model: nn.Module, inputs: torch.Tensor) -> bool:
    try:
        with observed(model):
            forward(model, inputs.to(*device_and_dtype(model)))
    except ShiftscopeError:
        return False
    return True


def _baselines(asked: object, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """One of the shape of each input."""
    each = asked if isinstance(asked, tuple) else (asked,) * len(inputs)
    if len(each) != len(inputs):
        raise BadRequest(f"{len(each)} baselines for {len(inputs)} inputs.")
    return [baseline_of(one, tensor) for one, tensor in zip(each, inputs, strict=True)]


def baseline_of(asked: object, inputs: torch.Tensor) -> torch.Tensor:
    """Of the inputs' shape: zeros for None, a number, one sample or one for each, or their own "blur"."""
    if asked is None:
        return torch.zeros_like(inputs)
    if isinstance(asked, Real) or (isinstance(asked, torch.Tensor) and not asked.ndim):
        return torch.full_like(inputs, float(asked))
    if isinstance(asked, torch.Tensor):
        start = asked.to(inputs)
        if start.shape == inputs.shape[1:]:
            start = start[None]
        if start.shape[1:] == inputs.shape[1:] and len(start) in (1, len(inputs)):
            return start.expand_as(inputs)
        raise BadRequest(
            f"a baseline of shape {tuple(asked.shape)} for inputs of {tuple(inputs.shape)}: give one sample, or one "
            "for each."
        )
    if asked == "blur" and inputs.ndim > 2:
        return filled(inputs, "blur")
    if asked == "reference_mean":
        raise BadRequest("the mean of the reference is known to a study alone; give it as a tensor.")
    raise BadRequest(f'baselines={asked!r}; give a number, a tensor, or "blur" for inputs with places.')


def _warn(found: Maps) -> None:
    refused = found.refused.any(1).nonzero().flatten().tolist()
    if refused:
        warnings.warn(
            f"maps of samples {refused} or their values are not finite, and NaN in the answer.", stacklevel=3
        )
