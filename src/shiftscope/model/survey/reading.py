"""How an output is read as units: of which kind they are, along which axis, behind how many other tokens."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from shiftscope.errors import LayerError
from shiftscope.model.survey.survey import Survey
from shiftscope.model.units.kind import UnitKind, unit_kinds
from shiftscope.model.units.tokens import prefix_tokens as named_prefix_tokens


@dataclass(frozen=True)
class Reading:
    """As `RecordedLayer` has it; the axis counts from the front, but for the last, which is -1."""

    kind: UnitKind
    channel_axis: int = 1
    prefix_tokens: int = 0


def reading(
    tensor: torch.Tensor,
    name: str,
    survey: Survey,
    *,
    channel_axis: int | None = None,
    prefix_tokens: int | None = None,
) -> Reading:
    """How `tensor` (sample, ...) is read; what is not given is what the survey proves.

    Raises
    ------
    LayerError
        Neither is known; the message says how to tell it.
    """
    shape = tuple(tensor.shape)
    axis = 1 if len(shape) == 2 else channel_axis
    if axis is None:
        axis = _last_is_minus_one(_proven_axis(tensor, name, survey), len(shape))
    if axis not in range(1 - len(shape), len(shape)) or axis == 0:
        raise LayerError(
            f"layer {name!r} gives shape {shape[1:]} for a sample, and channel_axis={axis}; the axis of the units is "
            f"one from 1 to {len(shape) - 1} or from -{len(shape) - 1} to -1, the samples being axis 0."
        )
    kind = next(kind for kind in unit_kinds.values() if kind.fits(len(shape), axis % len(shape)))
    if kind.name != "token dimension":
        return Reading(kind, axis)
    return Reading(
        kind, axis, _proven_prefix(tensor, name, survey) if prefix_tokens is None else prefix_tokens
    )


def _last_is_minus_one(axis: int, axes: int) -> int:
    return -1 if axis == axes - 1 else axis


def _proven_axis(tensor: torch.Tensor, name: str, survey: Survey) -> int:
    axis = survey.following.units_of(tensor)
    if axis is None:
        shape = tuple(tensor.shape[1:])
        raise LayerError(
            f"layer {name!r} gives shape {shape} for a sample, and nothing in the forward pass shows which axis holds "
            f"its units. Say it: Layer({name!r}, channel_axis=1) for the {shape[0]} along the first axis, "
            f"channel_axis=-1 for the {shape[-1]} along the last; as text {f'{name}:channel_axis=-1'!r}."
        )
    return axis


def _proven_prefix(tensor: torch.Tensor, name: str, survey: Survey) -> int:
    """Tokens in front of those that come of the sample."""
    named, length, following = named_prefix_tokens(survey.model), tensor.shape[1], survey.following
    if length == 1:
        return 0  # or nothing would be left
    counts = {_in_front(mask) for masks in following.joined.values() for mask in masks}
    tokens, patches = following.tokens_of(tensor), max(following.patches, default=0)
    if tokens is not None:
        counted = _in_front(tokens)
        if not all(tokens[counted:]):
            raise LayerError(
                f"layer {name!r} gives {length} tokens: {tokens.count(False)} of them come of no sample, {counted} of "
                f"these in front, and those behind cannot be left out. Record another layer; or say "
                f"Layer({name!r}, prefix_tokens={counted}), as text {f'{name}:prefix_tokens={counted}'!r}, to have "
                "them averaged with the sample's own."
            )
    elif following.reordered:
        raise _unknown_prefix(
            name, length, "tokens were moved after those that come of no sample had joined them"
        )
    elif following.patches:
        counted = length - patches
        if counted <= 0 or counted != named:
            raise _unknown_prefix(
                name,
                length,
                f"{patches} patches were seen, so that {counted} are left over, and the names of the model's "
                f"parameters speak of {named} in front",
            )
    else:
        counted = 0
    if named and named not in counts | {counted} and not (tokens and all(tokens)):
        raise _unknown_prefix(
            name,
            length,
            f"{counted} stand in front of the sample's own, as counted in the forward pass, and {named} by the names "
            "of the model's parameters",
        )
    return counted


def _in_front(tokens: tuple[bool, ...]) -> int:
    return (*tokens, True).index(True)


def _unknown_prefix(name: str, length: int, why: str) -> LayerError:
    return LayerError(
        f"layer {name!r} gives {length} tokens: {why}. Say how many stand in front and are left out: "
        f"Layer({name!r}, prefix_tokens=1), or as text {f'{name}:prefix_tokens=1'!r}."
    )
