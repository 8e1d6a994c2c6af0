"""Grad-CAM."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.nn import functional

from shiftscope.errors import BadRequest, LayerError
from shiftscope.explain.attribution.attribution import Passes, Shown, attribution
from shiftscope.explain.attribution.map_layers import map_layers
from shiftscope.explain.attribution.methods.rise import LINEAR
from shiftscope.model.survey.layer_choice import ListedLayer

Grid = tuple[int, int] | None


def _passes(shape: tuple[int, ...], **options: Any) -> Passes:
    return Passes(1, 1)


@attribution("grad_cam", title="Grad-CAM", passes=_passes, places=True, signed=False)
def grad_cam(shown: Shown, *, layer: str | None = None, grid: Grid = None) -> torch.Tensor:
    """Channels of a layer's map, each weighted by the mean gradient of the unit over its places, summed, cut at zero
    and enlarged to the input; the same number for each of the input's channels. The layer is the last with a map that
    leads to the unit; tokens are a map of `grid` rows and columns, a square where it is not given, or in a
    row for a series.

    Raises
    ------
    LayerError
        The layer has no map, the unit cannot be reached from it, or its tokens are no square.

    References
    ----------
    Selvaraju et al. (2017), Grad-CAM: Visual Explanations from Deep Networks.
    """
    inputs = shown.inputs
    places = tuple(inputs.shape[2:])
    if not places:
        raise BadRequest(f"Grad-CAM needs inputs with places; these are {tuple(inputs.shape[1:])} a sample.")
    chosen = _chosen(shown, layer)
    total = shown.zeros()
    for rows, _ in shown.pairs(1):
        seen, gradient = shown.function.at_layer(chosen.name, inputs[rows], rows)
        maps = _arranged(seen.unsqueeze(1), chosen, grid, len(places))
        weights = _arranged(gradient, chosen, grid, len(places)).flatten(3).mean(-1)
        if maps.ndim - 3 != len(places):
            raise LayerError(
                f"the map of {chosen.name} has {maps.ndim - 3} axes of places and the inputs {len(places)}; "
                "name another layer."
            )
        cam = torch.einsum("uvc...,uvc->uv...", maps.expand(-1, weights.shape[1], *maps.shape[2:]), weights)
        large = functional.interpolate(cam.relu(), size=places, mode=LINEAR[len(places)], align_corners=False)
        total[rows] = large.unsqueeze(2).to(total.dtype).expand(-1, -1, *inputs.shape[1:])
    return total


def _arranged(tensor: torch.Tensor, layer: ListedLayer, grid: Grid, axes: int) -> torch.Tensor:
    """(row, unit, channel, *place) of (row, unit, ...), whose other axes are the layer's."""
    axis = layer.channel_axis or 1
    moved = tensor.movedim(axis + 1 if axis > 0 else axis, 2)
    if layer.kind != "token dimension":
        return moved
    moved = moved[:, :, :, layer.prefix_tokens :]
    if axes == 1 and grid is None:
        return moved
    tokens = moved.shape[3]
    side = math.isqrt(tokens)
    rows, columns = grid or (side, side)
    if rows * columns != tokens:
        raise LayerError(
            f"{tokens} patch tokens are not a square; give grid=(rows, columns)."
            if grid is None
            else f"grid {rows}x{columns} needs {rows * columns} patch tokens; the layer gives {tokens}."
        )
    return moved.reshape(*moved.shape[:3], rows, columns)


def _chosen(shown: Shown, layer: str | None) -> ListedLayer:
    """The layer asked for, or the last one with a map that leads to all units."""
    first = shown.inputs[:1]
    rows = torch.zeros(1, dtype=torch.long, device=first.device)
    every, mapped = map_layers(shown.function.model, first)
    if layer is not None:
        name = layer if layer in every else f"model.{layer}"  # of a model of several inputs
        if name not in mapped:
            near = ", ".join(mapped) or "the model has none"
            if name not in every:
                raise LayerError(f"no layer named {layer!r}; layers with a map: {near}.")
            raise LayerError(f"{layer} gives one number per unit; Grad-CAM needs a map: {near}.")
        try:
            shown.function.at_layer(name, first, rows)
        except LayerError as error:
            later = list(mapped)[list(mapped).index(name) + 1 :]
            reached = next((each for each in later if _reaches(shown, each, first, rows)), None)
            hint = f"; the next layer that reaches it is {reached}." if reached else "."
            raise LayerError(str(error).removesuffix(".") + hint) from error
        return mapped[name]
    for name in reversed(mapped):
        if _reaches(shown, name, first, rows):
            return mapped[name]
    raise LayerError(f"Grad-CAM needs a layer with a map, and none leads to {shown.function.names[0]}.")


def _reaches(shown: Shown, layer: str, first: torch.Tensor, rows: torch.Tensor) -> bool:
    try:
        shown.function.at_layer(layer, first, rows)
    except LayerError:
        return False
    return True
