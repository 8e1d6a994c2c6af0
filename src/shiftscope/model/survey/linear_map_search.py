"""Linear maps inside a model, and what enters them, so that their paths can be counted from a study."""

from __future__ import annotations

import torch
from torch import nn

from shiftscope.errors import LayerError
from shiftscope.model.entering import mean_patch
from shiftscope.model.linear_map import LinearMap
from shiftscope.model.recorded_layer import RecordedLayer, Side
from shiftscope.model.survey.layer import Layer
from shiftscope.model.survey.reading import reading
from shiftscope.model.survey.survey import Survey


def find_maps(survey: Survey) -> dict[str, tuple[RecordedLayer, LinearMap]]:
    """By name the linear maps that were asked for, each with the layer that records what enters it.

    An `nn.Linear` over tokens is given the class token where there is one, else their mean; "NAME:mean" or
    "NAME:prefix_tokens=1" asks for something else. A convolution is unfolded:
    its inputs are the mean of the patches that it slides over, its weights one row for each kernel. (The mean of a
    linear map's products is the product with the mean, so these are the paths averaged over positions.)

    Raises
    ------
    LayerError
        A map that never runs or runs several times in a forward pass, or a grouped or transposed convolution.
    """
    return {name: _found(name, asked, survey) for name, asked in survey.maps.items()}


def _found(name: str, asked: Layer, survey: Survey) -> tuple[RecordedLayer, LinearMap]:
    module, (weight, bias) = survey.model.get_submodule(name), survey.weights[name]
    entered = _entered(name, survey)
    side: Side = "input"
    tensor = entered
    if isinstance(module, nn.Conv2d):
        if module.groups > 1:
            raise LayerError(
                f"{name!r} is a convolution in {module.groups} groups; paths are counted of those in one group."
            )
        tensor, side = mean_patch(module, entered), "patches"
    found = reading(tensor, name, survey, channel_axis=-1, prefix_tokens=asked.prefix_tokens)
    pools = found.kind.pools
    usual = "cls" if "cls" in pools and found.prefix_tokens else next(iter(pools))
    if asked.channel_axis not in (None, -1):
        raise LayerError(
            f"what enters {name!r} is read along the last axis, as the map does: leave channel_axis out."
        )
    if asked.call or (asked.pool or usual) not in pools:
        raise LayerError(
            f"{name!r} is given {tuple(tensor.shape[1:])} for a sample, once; what enters it can be pooled by "
            f"{', '.join(pools)}."
        )
    entering = RecordedLayer(
        name=f"{name} input",
        module=name,
        module_type=type(module).__name__,
        kind=found.kind.name,
        pool=asked.pool or usual,
        units=weight.shape[1],
        shape=tuple(entered.shape[1:]),
        item=None,
        call=0,
        rectify=False,
        channel_axis=found.channel_axis,
        prefix_tokens=found.prefix_tokens,
        side=side,
    )
    return entering, LinearMap(name, entering.name, weight, bias)


def _entered(name: str, survey: Survey) -> torch.Tensor:
    """The one tensor (sample, ...) that the module was given."""
    calls = survey.entered[name]
    if len(calls) != 1:
        times = f"runs {len(calls)} times in one forward pass" if calls else "never runs in a forward pass"
        raise LayerError(f"{name!r} {times}; paths are counted of maps that run once.")
    if not calls[0]:
        raise LayerError(f"{name!r} is given its input by name, as input=...; give it by position.")
    tensor: torch.Tensor = calls[0][0]
    if tensor.ndim < 2 or tensor.shape[0] != len(survey.inputs):
        raise LayerError(
            f"what enters {name!r} has shape {tuple(tensor.shape)} for {len(survey.inputs)} samples; paths are "
            "counted of maps whose input has the samples along the first axis."
        )
    return tensor
