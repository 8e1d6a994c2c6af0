"""What a probe adds to a model's own forward and backward pass.

python benchmarks/probe.py                   # a ResNet-18 of 64 px, and one of 224 px
python benchmarks/probe.py --size tiny       # as the tests run it

CPU time on one thread. The bare pass is autograd through the model in eval mode with frozen weights, of one logit and
of one channel of the third stage, with no more of the model run than that needs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import torch
from paired import command, paired, table
from recording import one_thread, resnet

from shiftscope.model.answer import Answer
from shiftscope.model.probe import Probe
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.survey import Survey
from shiftscope.model.target import Logit, Neuron

CASES = {  # pixels, samples a batch, channels of the first stage
    "tiny": [(16, 2, 4)],
    "small": [(64, 16, 64), (224, 4, 64)],
    "imagenet": [(64, 64, 64), (224, 16, 64)],
}
CATEGORIES = 10


def measure(size: str, rounds: int) -> dict[str, object]:
    with one_thread():
        figures = {f"{case[0]} px": _measured(*case, rounds=rounds) for case in CASES[size]}
    return {"benchmark": "probe", **figures}


def _measured(pixels: int, batch: int, width: int, *, rounds: int) -> dict[str, float]:
    model, frozen = (resnet(pixels, width, CATEGORIES) for _ in range(2))
    frozen.requires_grad_(False)
    inputs = torch.randn(batch, 3, pixels, pixels, generator=torch.Generator().manual_seed(0))
    layers = {layer.name: layer for layer in choose_layers(Survey.of(model, inputs[:2], layers=["3"]))}
    of_logit, of_channel = Logit(1), Neuron("3", 2)
    bare = {
        of_logit: lambda shown: frozen(shown)[:, 1],
        of_channel: lambda shown: frozen[:4](shown)[:, 2].mean((1, 2)),
    }
    rows, added = [], {}
    for target, forward in bare.items():
        probe = Probe(model, target, layers, Answer(None, probabilities=False), CATEGORIES)
        rivals = {"bare": partial(_bare, forward, inputs), "probe": partial(probe.gradient, inputs)}
        with probe:
            held = paired(rivals, rounds, time.process_time)
        alone = paired(rivals, rounds, time.process_time)
        added[str(target)] = held["probe"] / held["bare"] - 1
        each = f"{alone['probe'] / alone['bare'] - 1:+.1%}"
        rows.append((str(target), f"{1e3 * held['bare'] / batch:.2f}", f"{added[str(target)]:+.1%}", each))
    heads = ("target", "bare, ms CPU a sample", "probe as a context", "each call by itself")
    table(f"{pixels} px, batches of {batch}", heads, rows)
    return added


def _bare(forward: Callable[[torch.Tensor], torch.Tensor], inputs: torch.Tensor) -> None:
    shown = inputs.clone().requires_grad_()
    torch.autograd.grad(forward(shown).sum(), shown)


if __name__ == "__main__":
    command(__doc__, measure)
