"""One call of the model: in the type that it is recorded in, and with its own errors told as ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import nn

from shiftscope.errors import ModelError, ShiftscopeError

GOES_ON = "What was finished is stored, and the same call goes on from there."
_NO_MEMORY = re.compile(r"out of memory|(can't|cannot|not enough) (allocate )?memory", re.IGNORECASE)
_GREY = re.compile(r"to have 1 channels?, but got 3")
_OTHER_TYPE = re.compile(r"dtype|scalar type|Input type", re.IGNORECASE)


def forward(model: nn.Module, inputs: torch.Tensor, autocast: str = "") -> Any:
    """What the model returns for `inputs` (sample, ...), computed as under `torch.autocast` of that type.

    Raises
    ------
    ModelError
        The model fails; the message says on what, and what to try.
    """
    with failures_told(inputs), under_autocast(autocast, inputs.device):
        return model(inputs.clone())  # which a first layer may write to


def autocast_around(device: torch.device) -> str:
    """The type of the `torch.autocast` that is active for a device, as "bfloat16"; empty where none is."""
    if not (torch.amp.is_autocast_available(device.type) and torch.is_autocast_enabled(device.type)):
        return ""
    return _name(torch.get_autocast_dtype(device.type))


def under_autocast(autocast: str, device: torch.device) -> AbstractContextManager[Any]:
    """The context of that type on any device; as it is around the call where `autocast` is empty.

    It keeps no weights that were cast: made without gradients, they would be in the way of a training that follows.
    """
    if not autocast:
        return nullcontext()
    return torch.autocast(device.type, getattr(torch, autocast), cache_enabled=False)


@contextmanager
def failures_told(inputs: torch.Tensor) -> Iterator[None]:
    """Whatever the model or its device raises on `inputs` (sample, ...) becomes a `ModelError` with a way out."""
    try:
        yield
    except ShiftscopeError:
        raise
    except Exception as error:  # a model is anybody's code
        raise ModelError(_told(error, inputs)) from error


def _told(error: Exception, inputs: torch.Tensor) -> str:
    reason, samples = next(iter(str(error).splitlines()), type(error).__name__).rstrip("."), len(inputs)
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)) or _NO_MEMORY.search(str(error)):
        smaller = f"a batch_size below {samples}, or " if samples > 1 else ""
        return f"memory ran out on a batch of {samples}: {reason}. Record with {smaller}another device. {GOES_ON}"
    if isinstance(error, getattr(torch, "AcceleratorError", ())) or "CUDA error" in str(error):
        return f"the device failed on a batch of {samples}: {reason}. Start the process again. {GOES_ON}"
    told = f"the model cannot run on inputs of shape {tuple(inputs.shape[1:])} for a sample"
    if samples == 1:
        told += ", in a batch of one"
    usual = isinstance(error, (RuntimeError, ValueError, TypeError))  # which say what they mean
    told += f": {reason}." if usual else f": {type(error).__name__}: {reason}."
    if _OTHER_TYPE.search(reason):
        return (
            f"{told} Types meet that differ: give the model one, as model.float(), or record inside torch.autocast "
            "if it was trained so."
        )
    if samples == 1:
        told += " If the model needs two samples at least, give a batch_size of 3 or more."
    grey = ' A model of one channel takes Preprocess(channels="gray").' if _GREY.search(reason) else ""
    return (
        f"{told} Give the preprocessing it was trained with (resize, crop, channels), or arrays of its input size."
        f"{grey}"
    )


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
