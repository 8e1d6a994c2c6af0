"""Tensors followed through one forward pass: which pixels of the picture each place of a map depends on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

from shiftscope.errors import ModelError
from shiftscope.model.evaluation.evaluation import observed
from shiftscope.model.forward import forward
from shiftscope.model.grid import grid_of
from shiftscope.model.map_geometry import MapGeometry, ReceptiveField, RowsColumns
from shiftscope.model.output import tensor_in
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.survey.operations import Operations, axis_in_views


@dataclass(frozen=True)
class Reach:
    """Along one axis of the picture: place i depends on `size` pixels from `offset` + `stride` x i on."""

    size: int = 1
    stride: int = 1
    offset: int = 0

    def through(self, kernel: int, stride: int, padding: int, dilation: int) -> Reach:
        """Of what a window makes of it that is moved along the axis."""
        wider = self.size + self.stride * dilation * (kernel - 1)
        return Reach(wider, self.stride * stride, self.offset - self.stride * padding)

    def sliced(self, indices: Sequence[int]) -> Reach | None:
        """Of the places with these indices; None where they are not evenly spaced in their order."""
        step = indices[1] - indices[0] if len(indices) > 1 else 1
        if step < 1 or list(indices) != list(range(indices[0], indices[-1] + 1, step)):
            return None
        return Reach(self.size, self.stride * step, self.offset + self.stride * indices[0])

    def joined(self, other: Reach) -> Reach | None:
        """What depends on both; None where their places move apart."""
        if self.stride != other.stride:
            return None
        first = min(self.offset, other.offset)
        end = max(self.offset + self.size, other.offset + other.size)
        return Reach(end - first, self.stride, first)


@dataclass(frozen=True)
class Field:
    """Which axes of a tensor are the picture's rows and columns, and what their places depend on."""

    axes: tuple[int, int]
    reaches: tuple[Reach, Reach] = (Reach(), Reach())


class ReceptiveFields(Operations):  # type: ignore[no-untyped-call]
    """A context in which every operation on the sample, or on what comes of it, hands on what its places depend on.

    What is not listed here, and what depends on the whole map, as behind attention or a pooling over all of it, has no
    receptive field.
    """

    def __init__(self, inputs: torch.Tensor) -> None:
        super().__init__()
        self._fields: MutableMapping[torch.Tensor, Field | None] = WeakTensorKeyDictionary()
        self._wholes: MutableMapping[torch.Tensor, torch.Tensor] = WeakTensorKeyDictionary()  # of views
        self._fields[inputs] = Field((inputs.ndim - 2, inputs.ndim - 1))
        self.sequences: dict[int, set[RowsColumns]] = {}  # length -> grids whose places were laid in a row

    def of(self, tensor: torch.Tensor) -> Field | None:
        """None where there is none, or nothing tells."""
        return self._fields.get(tensor)

    def _follow(self, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], out: Any) -> None:
        space, _, name = func._schema.name.partition("::")
        name = name.rstrip("_") if space == "aten" else ""  # others may mean anything
        made = [part for part in tree_leaves(out) if isinstance(part, torch.Tensor)]
        given = [part for part in tree_leaves((args, kwargs)) if isinstance(part, torch.Tensor)]
        if func.is_view:
            for view in made:
                self._wholes[view] = given[0]
        sample = [part for part in given if part in self._fields]
        if not sample or name.startswith("new_") or name.endswith("_like"):
            return  # weights, and what is made of them alone
        fields = self._made(func, name, args, kwargs, sample, made)
        for part, field in zip(made, fields, strict=True):
            self._fields[part] = field
            whole = self._wholes.get(part)
            while func._schema.is_mutable and whole is not None:  # a part of it has another field now
                self._fields[whole] = None
                whole = self._wholes.get(whole)

    def _made(
        self,
        func: Any,
        name: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        sample: Sequence[torch.Tensor],
        made: Sequence[torch.Tensor],
    ) -> list[Field | None]:
        nothing: list[Field | None] = [None] * len(made)
        if not made or any(part.is_nested for part in (*sample, *made)):
            return nothing
        if func.is_view or name in ("_unsafe_view", "_reshape_alias"):
            view = torch.ops.aten.view.default if name[0] == "_" else func
            return self._viewed(view, args, kwargs, made)
        if torch.Tag.pointwise in func.tags or name in LIKE_POINTWISE:
            return [self._together(sample, part) for part in made]
        if name == "cat":
            joined = self._together(sample, made[0]) if all(p.ndim == made[0].ndim for p in sample) else None
            axis = (args[1] if len(args) > 1 else 0) % made[0].ndim
            return [joined if joined and axis not in joined.axes else None]
        field = self.of(sample[0])
        if field is None or len(sample) > 1 or args[0] is not sample[0]:
            return nothing
        names = (argument.name for argument in func._schema.arguments)
        return [
            _handed_on(name, field, args[0], {**dict(zip(names, args, strict=False)), **kwargs}),
            *nothing[1:],
        ]

    def _together(self, sample: Sequence[torch.Tensor], made: torch.Tensor) -> Field | None:
        """Of a tensor each number of which comes of the numbers in the same place."""
        fields = []
        for part in sample:
            field, ahead = self.of(part), made.ndim - part.ndim
            if field is None or any(part.shape[axis] != made.shape[axis + ahead] for axis in field.axes):
                return None
            fields.append(replace(field, axes=(field.axes[0] + ahead, field.axes[1] + ahead)))
        return _joined(fields)

    def _viewed(
        self, view: Any, args: Sequence[Any], kwargs: Mapping[str, Any], made: Sequence[torch.Tensor]
    ) -> list[Field | None]:
        seen = args[0]
        field = self.of(seen)
        if field is None:
            return [None] * len(made)
        along = [axis_in_views(view, seen.shape, axis, args[1:], kwargs, made) for axis in field.axes]
        fields: list[Field | None] = []
        for part, row, column in zip(made, *along, strict=True):
            if row is None or column is None:
                self._count_sequence(seen, part, field)
                fields.append(None)
                continue
            rows, columns = field.reaches[0].sliced(row[1]), field.reaches[1].sliced(column[1])
            fields.append(Field((row[0], column[0]), (rows, columns)) if rows and columns else None)
        return fields

    def _count_sequence(self, map: torch.Tensor, sequence: torch.Tensor, field: Field) -> None:
        """Take note where the places of a map are laid in a row, one row of the map after the other."""
        row, column = field.axes
        grid = map.shape[row], map.shape[column]
        if column == row + 1 and sequence.shape == (
            *map.shape[:row],
            grid[0] * grid[1],
            *map.shape[column + 1 :],
        ):
            self.sequences.setdefault(grid[0] * grid[1], set()).add(grid)


LIKE_POINTWISE = {"hardswish", "_prelu_kernel", "native_dropout", "_to_copy", "copy", "lift_fresh"}
REDUCED = {"mean", "sum", "amax", "amin", "max", "min", "var", "std"}


def _handed_on(name: str, field: Field, tensor: torch.Tensor, given: Mapping[str, Any]) -> Field | None:
    """Of what an operation on one map of the sample gives first."""
    last = (tensor.ndim - 2, tensor.ndim - 1)
    if "conv" in name and field.axes == last:
        weight = given.get("weight")
        if not isinstance(weight, torch.Tensor) or weight.ndim != 4 or given.get("transposed"):
            return None
        return _windowed(field, weight.shape[2:], given)
    if "pool2d" in name and field.axes == last:
        if "adaptive" in name:
            return _adapted(field, tensor.shape[-2:], given["output_size"])
        kernel = given["kernel_size"]
        return _windowed(field, kernel, {**given, "stride": given.get("stride") or kernel})
    if "batch_norm" in name:
        return None if given.get("training") else field
    if "layer_norm" in name or "rms_norm" in name:
        return field if max(field.axes) < tensor.ndim - len(given["normalized_shape"]) else None
    if name == "constant_pad_nd":
        ahead = {tensor.ndim - 1 - index: size for index, size in enumerate(given["pad"][::2])}
        rows, columns = (
            replace(reach, offset=reach.offset - reach.stride * ahead.get(axis, 0))
            for axis, reach in zip(field.axes, field.reaches, strict=True)
        )
        return replace(field, reaches=(rows, columns))
    if name in REDUCED and (dim := given.get("dim")) is not None:
        gone = {axis % tensor.ndim for axis in ([dim] if isinstance(dim, int) else dim)}
        if not gone or gone & set(field.axes):
            return None
        row, column = (
            axis - (not given.get("keepdim")) * sum(other < axis for other in gone) for axis in field.axes
        )
        return replace(field, axes=(row, column))
    return None


def _windowed(field: Field, kernel: Any, given: Mapping[str, Any]) -> Field | None:
    sizes = kernel, given.get("stride", 1), given.get("padding", 0), given.get("dilation", 1)
    if any(isinstance(size, str) for size in sizes):
        return None
    rows, columns = zip(*(_two(size) for size in sizes), strict=True)
    return replace(field, reaches=(field.reaches[0].through(*rows), field.reaches[1].through(*columns)))


def _adapted(field: Field, shape: Sequence[int], output: Any) -> Field | None:
    """Of a pooling to so many places; None where its windows differ in size."""
    wanted = _two(output)
    if any(size % parts for size, parts in zip(shape, wanted, strict=True)):
        return None
    steps = [size // parts for size, parts in zip(shape, wanted, strict=True)]
    return _windowed(field, steps, {"stride": steps})


def _two(size: Any) -> tuple[int, int]:
    both = (size,) if isinstance(size, int) else tuple(size)
    return (both[0], both[-1])


def _joined(fields: Iterable[Field]) -> Field | None:
    """What depends on all of them; None where they lie along other axes or move apart."""
    first, *others = fields
    for other in others:
        rows, columns = (one.joined(two) for one, two in zip(first.reaches, other.reaches, strict=True))
        if first.axes != other.axes or rows is None or columns is None:
            return None
        first = Field(first.axes, (rows, columns))
    return first


def map_geometries(
    model: nn.Module, inputs: torch.Tensor, layers: Sequence[RecordedLayer], autocast: str = ""
) -> dict[str, MapGeometry]:
    """Where the places of each layer that is read off a map lie in the picture, by the layer's name.

    The model runs once. Tokens are placed where they are known to be the places of one map in a row.

    Parameters
    ----------
    inputs : (sample, channel, row, column)
        Others are no pictures, and nothing is said of their layers.
    """
    grids = {layer.name: grid_of(layer) for layer in layers}
    mapped = [layer for layer in layers if grids[layer.name]]
    if not mapped or inputs.ndim != 4:
        return {}
    picture = inputs.shape[2], inputs.shape[3]
    fields = ReceptiveFields(inputs)
    found: dict[str, ReceptiveField | None] = {}
    try:
        with observed(model), _read(model, mapped, fields, found), fields:
            forward(model, inputs, autocast)
    except ModelError:  # it ran before; what is not followed has no receptive field
        found.clear()
    geometries = {}
    for layer in mapped:
        grid = grids[layer.name]
        if len(grid) == 1:
            of_length = fields.sequences.get(grid[0], set())
            grid = next(iter(of_length)) if len(of_length) == 1 else ()
        if len(grid) == 2:
            geometries[layer.name] = MapGeometry(picture, (grid[0], grid[1]), found.get(layer.name))
    return geometries


@contextmanager
def _read(
    model: nn.Module,
    layers: Sequence[RecordedLayer],
    fields: ReceptiveFields,
    found: dict[str, ReceptiveField | None],
) -> Iterator[None]:
    """Inside, the receptive field of each layer with a map of rows and columns is put into `found` as it runs."""
    modules, calls, handles = dict(model.named_modules()), dict[str, int](), []

    def reader(layer: RecordedLayer) -> Any:
        def read(module: nn.Module, arguments: Any, output: Any) -> None:
            call = calls.get(layer.name, 0)
            calls[layer.name] = call + 1
            if call == layer.call and len(grid_of(layer)) == 2:
                tensor = tensor_in(output, layer.item, layer.module)
                found[layer.name] = _field_of_places(fields.of(tensor), tensor.ndim, layer)

        return read

    try:
        for layer in layers:
            handles.append(modules[layer.module].register_forward_hook(reader(layer)))
        yield
    finally:
        for handle in handles:
            handle.remove()


def _field_of_places(field: Field | None, axes: int, layer: RecordedLayer) -> ReceptiveField | None:
    """As the layer's places are counted; None where its map lies otherwise than the picture."""
    channel = layer.channel_axis % axes
    if field is None or field.axes != tuple(axis for axis in range(1, axes) if axis != channel):
        return None
    rows, columns = field.reaches
    return ReceptiveField(
        (rows.size, columns.size), (rows.stride, columns.stride), (rows.offset, columns.offset)
    )
