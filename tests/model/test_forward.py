"""What a model or its device raises, told with its cause and a way out."""

import pytest
import torch
from torch import nn

from shiftscope.errors import LayerError, ModelError
from shiftscope.model.forward import autocast_around, forward, under_autocast

INPUTS = torch.zeros(4, 3, 8, 8)


class Raises(nn.Module):
    def __init__(self, error):
        super().__init__()
        self.error = error

    def forward(self, inputs):
        raise self.error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            torch.OutOfMemoryError("CUDA out of memory."),
            "memory ran out on a batch of 4.*a batch_size below 4",
        ),
        (MemoryError(), "memory ran out on a batch of 4: MemoryError.*the same call goes on"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "memory ran out on a batch of 4"),
        (RuntimeError("CUDA error: an illegal memory access"), "the device failed on a batch of 4"),
        (RuntimeError("mat1 and mat2 must have the same dtype"), "Types meet that differ.*torch.autocast"),
        (
            ZeroDivisionError("division by zero"),
            r"inputs of shape \(3, 8, 8\).*division by zero. Give the prep",
        ),
        (
            RuntimeError("expected input[2, 3, 8, 8] to have 1 channels, but got 3 channels instead"),
            r'or arrays of its input size. A model of one channel takes Preprocess\(channels="gray"\)',
        ),
        (ValueError(), "cannot run on inputs.*: ValueError"),
    ],
)
def test_what_a_model_raises_is_told_with_a_way_out(error, message):
    with pytest.raises(ModelError, match=message) as told:
        forward(Raises(error), INPUTS)
    assert told.value.__cause__ is error


def test_our_own_errors_stay_as_they_are():
    with pytest.raises(LayerError, match="as it was"):
        forward(Raises(LayerError("as it was")), INPUTS)


def test_a_batch_of_one_is_named():
    with pytest.raises(ModelError, match=r"in a batch of one: Expected more.*batch_size of 3 or more"):
        forward(Raises(ValueError("Expected more than 1 value per channel")), INPUTS[:1])


def test_autocast_is_seen_and_made_again():
    cpu = torch.device("cpu")
    assert autocast_around(cpu) == ""
    with torch.autocast("cpu", torch.bfloat16):
        assert autocast_around(cpu) == "bfloat16"
    linear = nn.Linear(3, 2)
    assert forward(linear, torch.zeros(1, 3), "bfloat16").dtype == torch.bfloat16
    assert forward(linear, torch.zeros(1, 3)).dtype == torch.float32


def test_weights_that_autocast_cast_for_a_recording_are_not_in_the_way_of_training():
    linear, inputs = nn.Linear(3, 2), torch.ones(1, 3)
    with torch.autocast("cpu", torch.bfloat16):
        with torch.no_grad(), under_autocast("bfloat16", inputs.device):
            linear(inputs)
        linear(inputs).sum().backward()
    assert linear.weight.grad is not None
