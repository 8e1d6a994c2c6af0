"""Responses of a shard as summaries, compiled where that is worth it."""

from __future__ import annotations

import dataclasses

import numpy as np

from shiftscope.shard import Shard
from shiftscope.summaries.summary import Block, Summary, summaries
from shiftscope.summaries.top_samples import TopSamples

WORTH_COMPILED = 2_000_000  # responses; fewer are summarised before the compiled code has loaded


def summarise(block: Block) -> dict[str, Summary]:
    """Every summary of one block, by name; of a large one by compiled code, with the same results."""
    states: dict[str, Summary] = {}
    if block.responses.size >= WORTH_COMPILED:
        from shiftscope.summaries.fused.one_pass import OnePass  # late: it imports the compiler

        together = OnePass(block.responses.shape[1], block.categories, block.responses.dtype)
        together.add(block)
        states = together.summaries()
    else:
        block = dataclasses.replace(block, responses=block.responses.astype(np.float32, copy=False))
    return {name: states.get(name) or kind.of(block) for name, kind in summaries.items()}


def summarise_shard(shard: Shard, categories: int) -> dict[str, dict[str, Summary]]:
    """Every summary of each layer of a shard, without its skipped samples: layer -> name -> state."""
    states = _states(shard, categories)
    for layer, found in shard.places.items():
        top = states[layer]["top_samples"]
        assert isinstance(top, TopSamples)
        states[layer]["top_samples"] = top.placed(found)
    return states


def _states(shard: Shard, categories: int) -> dict[str, dict[str, Summary]]:
    if shard.states is not None:
        return {layer: dict(states) for layer, states in shard.states.items()}
    shown = shard.shown
    all_shown = shown.all()
    positions, labels = shard.first + np.flatnonzero(shown), shard.labels[shown]
    return {
        layer: summarise(Block(responses if all_shown else responses[shown], positions, labels, categories))
        for layer, responses in shard.responses.items()
    }
