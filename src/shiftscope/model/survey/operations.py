"""A model's operations as they run, taken apart into those that say what they do."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """A context in which `_follow` is told of every operation and what it gave."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch's own hook: no, nothing is compiled in here, and to wrap what follows would import its compiler."""
        return False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        nested = any(
            isinstance(part, torch.Tensor) and part.is_nested for part in tree_leaves((args, kwargs))
        )
        if torch.is_inference_mode_enabled() and not nested:  # operations come before they are taken apart
            with self:
                parts = func.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
        same = func is torch.ops.aten.as_strided_.default and _strided_alike(*args[:3])
        out = func(*args, **kwargs)
        if not same:
            self._follow(func, args, kwargs, out)
        return out

    @abstractmethod
    def _follow(self, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], out: Any) -> None: ...


def _strided_alike(tensor: torch.Tensor, sizes: Sequence[int], strides: Sequence[int]) -> bool:
    """Whether only strides would change, and these only where there is no step to take."""
    axes = zip(tensor.shape, tensor.stride(), strides, strict=True)
    return list(tensor.shape) == list(sizes) and all(now == new for size, now, new in axes if size > 1)


def axis_in_views(
    view: Any,
    shape: Sequence[int],
    axis: int | None,
    arguments: Sequence[Any],
    kwargs: Mapping[str, Any],
    made: Sequence[torch.Tensor],
) -> list[tuple[int, list[int]] | None]:
    """Where an axis of what is viewed is in each view, and which of its indices are there; None where it is not whole.

    Found by the same view of a stand-in, in whose memory only steps along that axis lead anywhere.
    """
    nowhere: list[tuple[int, list[int]] | None] = [None] * len(made)
    if axis is None or 0 in shape:
        return nowhere
    size = shape[axis] if shape[axis] > 1 else 2  # a step along an axis of one could not be told
    sizes, steps = list(shape), [0] * len(shape)
    sizes[axis], steps[axis] = size, 1
    try:
        views = view(torch.arange(size).as_strided(sizes, steps), *arguments, **kwargs)
    except (RuntimeError, IndexError):  # part of the axis, with part of another
        return nowhere
    found = nowhere
    for index, (there, part) in enumerate(zip(tree_leaves(views), made, strict=True)):
        axes = [at for at, step in enumerate(there.stride()) if step and there.shape[at] > 1]
        axes = axes or [at for at, step in enumerate(there.stride()) if step]
        if len(axes) == 1 and there.ndim == part.ndim and there.numel():
            one = axes[0]
            along = there[tuple(slice(None) if at == one else 0 for at in range(there.ndim))].tolist()
            found[index] = one, along[: part.shape[one]]
    return found
