"""The model while it is recorded: unwrapped, in eval mode without gradients, and handed back as it came."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from shiftscope.errors import BadRequest, ModelError


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
    return unwrap(original) if isinstance(original, nn.Module) else model


@contextmanager
def observed(model: nn.Module) -> Iterator[None]:
    """Eval mode and `inference_mode` inside; the training flag of every module as before, after."""
    training = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        for module, flag in training:
            module.training = flag


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
    return moved(copy.deepcopy(model), device)


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
