"""Tensors followed through one forward pass: which axis holds units, and which tokens the sample itself gave."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

from shiftscope.model.survey.operations import Operations, axis_in_views

Mask = tuple[bool, ...]  # (token,) whether it depends on the sample from the start, as no class token does


@dataclass(frozen=True)
class Trace:
    """What the operations that made a tensor tell of it."""

    units: int | None = None  # axis of the units
    tokens: int | None = None  # axis of the tokens that `mask` is of
    mask: Mask = ()


class Following(Operations):  # type: ignore[no-untyped-call]
    """A context in which every operation on the sample, or on what comes of it, hands on what is known of its axes.

    A product with weights makes units along the last axis, a convolution along the first behind the samples; what
    works number by number keeps the axes of what it works on; a view moves them. What is not listed here, and what
    two sides say differently, is unknown. Tokens that stand in a sequence beside the sample's own, and do not depend
    on the sample when they join it, are counted where they join.
    """

    def __init__(self, inputs: torch.Tensor) -> None:
        super().__init__()
        self._traces: MutableMapping[torch.Tensor, Trace] = WeakTensorKeyDictionary()
        self._wholes: MutableMapping[torch.Tensor, torch.Tensor] = WeakTensorKeyDictionary()  # of views
        self._traces[inputs] = Trace()
        self.joined: dict[int, set[Mask]] = {}  # length -> its tokens, of each sequence that others joined
        self.before: set[int] = set()  # lengths of sequences before others join them
        self.patches: set[int] = set()  # lengths of sequences that are the positions of a map
        self.reordered = (
            False  # tokens that others had joined were moved, and a length tells of no order any more
        )

    def units_of(self, tensor: torch.Tensor) -> int | None:
        """Axis of the units; None where nothing tells."""
        return self._of(tensor).units

    def tokens_of(self, tensor: torch.Tensor) -> Mask | None:
        """Of a sequence (sample, token, dimension), which tokens come of the sample; None where nothing tells.

        What attention gives is a sequence of its own, and as long as the one that it was made of.
        """
        trace, length = self._of(tensor), tensor.shape[1]
        if trace.tokens == 1:
            return trace.mask
        if self.reordered:
            return None
        ends = set(self.joined.get(length, ()))
        if length in self.before | self.patches:
            ends.add((True,) * length)
        return ends.pop() if len(ends) == 1 else None

    def made_by(self, module: nn.Module, output: Any) -> None:
        """What a module of torch's own says of its output, where its operations do not."""
        for kind, units in SAID_BY_MODULES.items():
            made = next((part for part in tree_leaves(output) if isinstance(part, torch.Tensor)), None)
            if isinstance(module, kind) and made is not None and made.ndim > 2:
                self._traces[made] = Trace(units % made.ndim)

    def _of(self, tensor: torch.Tensor) -> Trace:
        return self._traces.get(tensor, Trace())

    def _follow(self, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], out: Any) -> None:
        space, _, name = func._schema.name.partition("::")
        name = name.rstrip("_") if space in ("aten", "quantized") else ""  # others may mean anything
        made = [part for part in tree_leaves(out) if isinstance(part, torch.Tensor)]
        given = [part for part in tree_leaves((args, kwargs)) if isinstance(part, torch.Tensor)]
        if func.is_view:
            for view in made:
                self._wholes[view] = given[0]
        sample = [part for part in given if part in self._traces]
        if not sample or name.startswith("new_") or name.endswith("_like"):
            return  # weights, and what is made of them alone
        for part, trace in zip(made, self._traced(func, name, args, kwargs, sample, made), strict=True):
            self._traces[part] = trace
            whole = self._wholes.get(part)
            while func._schema.is_mutable and whole is not None:  # a buffer that is filled piece by piece
                self._traces.setdefault(whole, Trace())
                whole = self._wholes.get(whole)

    def _traced(
        self,
        func: Any,
        name: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        sample: Sequence[torch.Tensor],
        made: Sequence[torch.Tensor],
    ) -> list[Trace]:
        nothing = [Trace()] * len(made)
        if any(part.is_nested for part in (*sample, *made)):
            return nothing
        if func.is_view or name in ("_unsafe_view", "_reshape_alias"):
            return self._viewed(torch.ops.aten.view.default if name[0] == "_" else func, args, kwargs, made)
        if not made:
            return []
        if name == "cat":
            return [self._joined(args[0], args[1] if len(args) > 1 else 0, made[0])]
        if torch.Tag.pointwise in func.tags or name in LIKE_POINTWISE:
            return [self._kept(sample, part) for part in made]
        if name in REORDERED and any(not all(self._of(part).mask) for part in sample):
            self.reordered = True
        own = self._of(sample[0]) if "layer_norm" in name else Trace()
        return [replace(own, units=self._units(name, args, sample, made[0])), *nothing[1:]]

    def _units(
        self, name: str, args: Sequence[Any], sample: Sequence[torch.Tensor], made: torch.Tensor
    ) -> int | None:
        first, last = sample[0], made.ndim - 1
        known = self._of(first).units
        if "linear" in name.split("_") or name.endswith("mm"):
            left = args[1 if name in ("addmm", "baddbmm") else 0]
            return last if len(sample) == 1 and left is first else None
        if "conv" in name and name != "conv_tbc":
            weight = args[1] if isinstance(args[1], torch.Tensor) else made
            return made.ndim - weight.ndim + 1 if args[0] is first else None
        if "batch_norm" in name or "group_norm" in name:
            return _agreed({1, known})
        if "layer_norm" in name or "rms_norm" in name:
            return _agreed({last, known}) if len(args[1]) == 1 else known
        if name in MADE_LAST:
            return last
        if known is None:
            return None
        if name in REDUCED:
            given = args[REDUCED[name]] if len(args) > REDUCED[name] else None
            if given is None:  # all axes
                return None
            axes = {axis % first.ndim for axis in ([given] if isinstance(given, int) else given)}
            gone = 0 if made.ndim == first.ndim else sum(axis < known for axis in axes)
            return None if known in axes or not axes else known - gone
        if dimensions := re.search(r"(?:pool|upsample\w*)([123])d", name):
            return _agreed({made.ndim - int(dimensions[1]) - 1, known})
        if name == "glu" or (
            name in MOVED and made.ndim == first.ndim and made.shape[known] == first.shape[known]
        ):
            return known
        return None

    def _kept(self, sample: Sequence[torch.Tensor], made: torch.Tensor) -> Trace:
        """Of a tensor each number of which comes of the numbers in the same place."""
        units, tokens = set[int | None](), set[tuple[int, Mask]]()
        for part in sample:
            trace, ahead = self._of(part), made.ndim - part.ndim
            if trace.units is not None and part.shape[trace.units] == made.shape[trace.units + ahead]:
                units.add(trace.units + ahead)
            if trace.tokens is not None and part.shape[trace.tokens] == made.shape[trace.tokens + ahead]:
                tokens.add((trace.tokens + ahead, trace.mask))
        return Trace(_agreed(units), *(next(iter(tokens)) if len(tokens) == 1 else ()))

    def _viewed(
        self, view: Any, args: Sequence[Any], kwargs: Mapping[str, Any], made: Sequence[torch.Tensor]
    ) -> list[Trace]:
        seen = args[0]
        trace = self._of(seen)
        units = axis_in_views(view, seen.shape, trace.units, args[1:], kwargs, made)
        tokens = axis_in_views(view, seen.shape, trace.tokens, args[1:], kwargs, made)
        traces = []
        for part, unit, token in zip(made, units, tokens, strict=True):
            if token is None and part.ndim == 3 and not all(trace.mask):
                self.reordered = True  # tokens in one axis with something else
            mask = token and tuple(trace.mask[index] for index in token[1])
            traces.append(Trace(unit and unit[0], token and token[0], mask or ()))
            if seen.ndim > 3 and part.ndim == 3:
                self._count_patches(seen.shape, part.shape, unit and unit[0])
        return traces

    def _count_patches(self, map: Sequence[int], sequence: Sequence[int], units: int | None) -> None:
        """Take note of a sequence whose tokens are the positions of a map."""
        along = 2 if units == 1 else 1
        before = math.prod(sequence[:along])
        one_axis = any(
            math.prod(map[:axis]) == before and map[axis] == sequence[along] for axis in range(len(map))
        )
        if not one_axis:  # attention puts its heads together, and leaves the tokens as they are
            self.patches.add(sequence[along])

    def _joined(self, parts: Sequence[torch.Tensor], axis: int, made: torch.Tensor) -> Trace:
        parts = [part for part in parts if part.ndim == made.ndim]
        axis %= made.ndim
        traces = {index: self._of(part) for index, part in enumerate(parts) if part in self._traces}
        units = _agreed({trace.units for trace in traces.values()})
        positions = made.ndim == 3 and axis != 0 and axis == (2 if units == 1 else 1)
        others = len(traces) < len(parts) or any(trace.mask for trace in traces.values())
        if not positions or not others:
            return Trace(units)
        mask: Mask = ()
        for index, part in enumerate(parts):
            length, own = part.shape[axis], traces[index].mask if index in traces else ()
            mask += own or (index in traces,) * length
            if index in traces and not own:
                self.before.add(length)
        self.joined.setdefault(len(mask), set()).add(mask)
        return Trace(units, axis, mask)


# Modules of torch's own whose operations are too many to follow.
SAID_BY_MODULES: Mapping[type[nn.Module], int] = {nn.RNNBase: -1, nn.modules.instancenorm._InstanceNorm: 1}
LIKE_POINTWISE = {"hardswish", "_prelu_kernel", "_softmax", "_log_softmax", "native_dropout", "_to_copy"}
MADE_LAST = {"embedding", "_transformer_encoder_layer_fwd", "_native_multi_head_attention"}
# Place among the arguments of the axes that are reduced.
REDUCED = dict.fromkeys(("mean", "sum", "amax", "amin", "max", "min", "var", "std", "logsumexp"), 1) | {
    "linalg_vector_norm": 2
}
# What may put tokens into other places.
REORDERED = {
    *(
        "flip",
        "roll",
        "index",
        "index_select",
        "index_put",
        "gather",
        "take",
        "sort",
        "topk",
        "constant_pad_nd",
    ),
    *("stack", "repeat", "repeat_interleave", "scatter", "masked_select", "masked_scatter"),
}
MOVED = {"roll", "flip", "index_select", "constant_pad_nd", "quantize_per_tensor", "dequantize"} | {
    f"{kind}_pad{dimensions}d" for kind in ("reflection", "replication") for dimensions in (1, 2, 3)
}


def _agreed(axes: Iterable[int | None]) -> int | None:
    """The one axis that is said; None where none or several are."""
    said = {axis for axis in axes if axis is not None}
    return said.pop() if len(said) == 1 else None
