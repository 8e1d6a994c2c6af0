"""A model handed back as it came, whatever its own code did to it meanwhile."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from operator import is_
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy
from torch.nn.utils import parametrize

from shiftscope.errors import ModelError
from shiftscope.model.evaluation.kept_randomness import kept_randomness

COPIED_AT_MOST = 64 * 2**20  # bytes of a buffer; larger ones, as of quantised weights, are only watched
CONTAINERS = (dict, OrderedDict, defaultdict, list, set, deque)


@contextmanager
def handed_back(model: nn.Module) -> Iterator[None]:
    """Eval mode inside. Afterwards the model is as it was, also after an error.

    Modules are put into eval mode and back by their own `train`. Then all that they hold is made what it was: flags,
    attributes that the pass set (caches, counters, hooks), and the bytes of buffers. Weights are copied only where a
    module may rewrite them, by a `train` of its own or by a bound on their norm; the others are watched.

    Raises
    ------
    ModelError
        Weights that a first pass is still to make, modules that refuse eval mode, or a forward pass that writes to
        the weights.
    """
    if lazy := [name for name, tensor in _named(model) if is_lazy(tensor)]:
        raise _unmade(lazy)
    device = next((tensor.device for _, tensor in _named(model)), torch.device("cpu"))
    with kept_randomness(device), _no_cached_parametrizations():
        with _as_plain_tensors():
            before = _Before(model)
        try:
            _put_in_eval_mode(model)
            with _as_plain_tensors():
                before.watch()
            yield
            made, written = before.made(), before.written()
        finally:
            before.restore()
        if made:
            raise _unmade(made)
        if written:
            raise ModelError(
                f"the forward pass writes to the model's own {', '.join(written[:3])} in eval mode too, so that its "
                "answers depend on what it was shown before. Record a model whose forward leaves its weights alone."
            )


_as_plain_tensors = torch._C.DisableTorchFunctionSubclass  # whatever a user's own subclass of them does


class _Before:
    """What a model was."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._modes = [(module, module.training) for module in model.modules()]
        containers, attributes = _reached(vars(module) for module, _ in self._modes)
        self._contents = [(container, _content(container)) for container in containers]
        weights = {id(weight) for weight in model.parameters()}
        held = {id(tensor): tensor for tensor in (*attributes, *(tensor for _, tensor in _named(model)))}
        self._held = [(tensor, tensor.requires_grad, _bare(tensor)) for tensor in held.values()]
        bounded, rewritten = _bounded(model), _rewritten(model)
        written = bounded | rewritten
        self._copies = [
            (tensor, bare, bare.clone())
            for tensor, _, bare in self._held
            if bare is not None
            and (id(tensor) in written or (id(tensor) not in weights and bare.nbytes <= COPIED_AT_MOST))
        ]
        self._only_rewritten = rewritten - bounded

    def watch(self) -> None:
        """From here on: eval mode has written what it writes, and copies of other weights would only take room."""
        self._copies = [
            (tensor, bare, copy)
            for tensor, bare, copy in self._copies
            if id(tensor) not in self._only_rewritten or not _same_bytes(_bare(tensor), copy)
        ]
        copied = {id(tensor) for tensor, _, _ in self._copies}
        self._there = {id(weight): weight for weight in self._model.parameters()}
        self._watched = [
            (tensor, tensor._version)
            for tensor, _, _ in self._held
            if id(tensor) not in copied and not tensor.is_inference()
        ]

    def made(self) -> list[str]:
        """Names of weights that were not there at `watch`."""
        return [name for name, weight in self._model.named_parameters() if id(weight) not in self._there]

    def written(self) -> list[str]:
        """Names of what was written to since `watch`, and of which there is no copy."""
        names = {id(tensor): name for name, tensor in _named(self._model)}
        changed = (tensor for tensor, version in self._watched if tensor._version != version)
        return [names.get(id(tensor), "attributes") for tensor in changed]

    def restore(self) -> None:
        for module, mode in self._modes:  # a module before those in it, which may have been in another mode
            if module.training != mode:
                with suppress(Exception):  # whatever its code says: what the modules hold comes back below
                    module.train(mode)
        for container, content in self._contents:
            if not _same_content(container, content):
                container.clear()
                (container.extend if hasattr(container, "extend") else container.update)(content)
        for module, mode in self._modes:
            if module.training != mode:  # of TorchScript, which holds its flag elsewhere
                module.training = mode
        with torch.no_grad(), _as_plain_tensors():
            for tensor, asks, bare in self._held:
                if bare is not None and not _same_memory(tensor, bare):
                    tensor.data = bare
                if tensor.is_leaf and tensor.requires_grad != asks:
                    tensor.requires_grad_(asks)
            for _, bare, copy in self._copies:
                if not _same_bytes(bare, copy):
                    bare.copy_(copy)


def _put_in_eval_mode(model: nn.Module) -> None:
    try:
        model.eval()
    except Exception as error:  # a user's own train() or eval() may raise anything
        raise ModelError(
            f"the model cannot be put into eval mode, in which it is recorded: {type(error).__name__}: {error}"
        ) from error


def _unmade(names: list[str]) -> ModelError:
    return ModelError(
        f"the weights {', '.join(names[:3])} are made or replaced by the forward pass. Show it a batch before it "
        "is trained or recorded, so that every pass is of the same weights."
    )


@contextmanager
def _no_cached_parametrizations() -> Iterator[None]:
    """Inside `parametrize.cached()` weights are neither taken from the cache nor left there without a gradient."""
    cache, parametrize._cache = parametrize._cache, {}
    try:
        yield
    finally:
        parametrize._cache = cache


def _named(model: nn.Module) -> list[tuple[str, torch.Tensor]]:
    return [*model.named_parameters(), *model.named_buffers()]


def _rewritten(model: nn.Module) -> set[int]:
    """Weights in modules whose `train` or `eval` is their own, as of adapters that are merged for eval mode."""
    own = (module for module in model.modules() if _switches_itself(module))
    return {id(weight) for module in own for weight in module.parameters()}


def _switches_itself(module: nn.Module) -> bool:
    kind = type(module)
    inherited = (kind.train, kind.eval) == (nn.Module.train, nn.Module.eval)
    return not inherited or bool({"train", "eval"} & vars(module).keys())


def _bounded(model: nn.Module) -> set[int]:
    """Weights in modules that bound their norm when they run, as an embedding may."""
    bounded = (module for module in model.modules() if getattr(module, "max_norm", None) is not None)
    return {id(weight) for module in bounded for weight in module.parameters()}


def _reached(starts: Iterable[Any]) -> tuple[list[Any], list[torch.Tensor]]:
    """Containers of Python's own that hold each other, and the tensors in them."""
    containers: dict[int, Any] = {}
    tensors: dict[int, torch.Tensor] = {}
    left = list(starts)
    while left:
        value = left.pop()
        if isinstance(value, torch.Tensor):
            tensors[id(value)] = value
        elif type(value) in CONTAINERS and id(value) not in containers:
            containers[id(value)] = value
            left.extend(value.values() if isinstance(value, dict) else value)
        elif type(value) is tuple:
            left.extend(value)
    return list(containers.values()), list(tensors.values())


def _content(container: Any) -> Any:
    return dict(container) if isinstance(container, dict) else list(container)


def _same_content(now: Any, before: Any) -> bool:
    """The same objects, whatever is in them."""
    if isinstance(now, dict):
        return list(now) == list(before) and all(map(is_, now.values(), before.values()))
    return len(now) == len(before) and all(map(is_, now, before))


def _bare(tensor: torch.Tensor) -> torch.Tensor | None:
    """The same memory as a plain tensor that autograd does not follow; None where there is no memory to look into."""
    strange = tensor.is_nested or tensor.is_meta or tensor.layout is not torch.strided
    if strange or type(tensor).__torch_dispatch__ is not torch.Tensor.__torch_dispatch__:
        return None
    return tensor.data.as_subclass(torch.Tensor)


def _same_memory(tensor: torch.Tensor, bare: torch.Tensor) -> bool:
    def place(of: torch.Tensor) -> tuple[object, ...]:
        return of.data_ptr(), of.shape, of.stride(), of.dtype

    return place(tensor) == place(bare)


def _same_bytes(one: torch.Tensor | None, other: torch.Tensor) -> bool:
    if one is None or one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.is_quantized:
        return torch.equal(one, other)
    one, other = (
        each.resolve_conj().resolve_neg().contiguous().flatten().view(torch.uint8) for each in (one, other)
    )
    return torch.equal(one, other)
