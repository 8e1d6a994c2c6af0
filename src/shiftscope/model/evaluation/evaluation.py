"""The model while it is recorded: unwrapped, in eval mode without gradients, and handed back as it came."""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from shiftscope.errors import BadRequest, ModelError
from shiftscope.kept_memory import memory_kept
from shiftscope.model.evaluation.handed_back import handed_back


def unwrap(model: nn.Module) -> nn.Module:
    """The module that runs, without `torch.compile`, DataParallel or DistributedDataParallel around it.

    Hooks do not fire in compiled code, and replicas would each keep a part of the batch.
    """
    if isinstance(model, torch.jit.ScriptModule):
        raise ModelError(
            "a TorchScript model cannot be recorded: hooks on its layers never run. "
            "Load the original module, or export it with torch.export and pass the .pt2 file."
        )
    if not isinstance(model, nn.Module):
        raise ModelError(f"a model must be a torch.nn.Module, and this is {type(model).__name__}.")
    if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        return unwrap(model.module)
    original = getattr(model, "_orig_mod", None)
    if isinstance(original, nn.Module):
        return unwrap(original)
    _refuse_uninitialised(model)
    return model


def _refuse_uninitialised(model: nn.Module) -> None:
    lazy = [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.modules.lazy.LazyModuleMixin) and module.has_uninitialized_params()  # type: ignore[misc]
    ]
    if lazy:
        raise ModelError(
            f"the model has modules whose weights are not made before its first forward pass: {', '.join(lazy[:5])}"
            f"{', …' if len(lazy) > 5 else ''}. Run it once on a batch of its inputs, model(inputs), and load the "
            "weights that it should have."
        )


@contextmanager
def observed(model: nn.Module) -> Iterator[None]:
    """Eval mode without gradients inside; the model as it was, after. Raises as `handed_back`."""
    # Not `inference_mode`, whose tensors no training can use: what lies in a cache would be one.
    with memory_kept(), handed_back(model), torch.no_grad(), uncompiled(), _casts_forgotten():
        yield


@contextmanager
def followed(model: nn.Module) -> Iterator[None]:
    """Eval mode with frozen weights, and gradients of the inputs alone, whatever is around it; then as `observed`."""
    with (
        memory_kept(),
        torch.inference_mode(False),
        handed_back(model),
        torch.enable_grad(),
        uncompiled(),
        _casts_forgotten(),
    ):
        for weight in model.parameters():
            if weight.is_leaf:
                weight.requires_grad_(False)
        yield


@contextmanager
def uncompiled() -> Iterator[None]:
    """What `torch.compile` made, around a model or inside it, runs as it was written, since no hook would run in it;
    compiled again afterwards."""
    if "torch._dynamo" not in sys.modules:  # nothing is compiled, and to import it takes a second
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


@contextmanager
def _casts_forgotten() -> Iterator[None]:
    try:
        yield
    finally:
        torch.clear_autocast_cache()  # of weights that were cast here, without their gradients


def placed(model: nn.Module, device: str) -> nn.Module:
    """The model itself if it is on that kind of device, else a copy there.

    Raises
    ------
    BadRequest
        There is no such device, or the model is too large for it.
    """
    there, wanted = device_and_dtype(model)[0], torch.device(device)
    if there.type == wanted.type and wanted.index in (None, there.index):
        return model
    try:
        copied = copy.deepcopy(model)
    except Exception as error:  # whatever their own classes raise; torch itself for weights made of others
        raise BadRequest(
            f"the model cannot be copied to {device!r}: {type(error).__name__}: {str(error).splitlines()[0]} Move it "
            f"there yourself: model.to({device!r})."
        ) from error
    return moved(copied, device)


def moved(model: nn.Module, device: str) -> nn.Module:
    """The model, which is on `device` then; raises as `placed`."""
    try:
        return model.to(device)
    except (RuntimeError, AssertionError) as error:
        raise BadRequest(
            f"the model cannot go to the device {device!r}: {str(error).splitlines()[0]}"
        ) from error


def device_and_dtype(model: nn.Module) -> tuple[torch.device, torch.dtype]:
    """Where the model's weights are, and the floating type its inputs should have."""
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.is_floating_point():
            return tensor.device, tensor.dtype
    return torch.device("cpu"), torch.float32
