"""Summaries of a shard once more, from what is stored of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.store.formats.arrays import StoredArray
from shiftscope.store.formats.samples import Samples
from shiftscope.store.layout import RESPONSES, folder_name, samples_file
from shiftscope.store.plan import Plan
from shiftscope.summaries.summarise import summarise
from shiftscope.summaries.summary import Block, States


def summaries_of_stored(folder: Path, plan: Plan, shard: int) -> States:
    """The same as were made while recording, since they are made of responses as they are stored.

    Returns
    -------
    Layer folder -> name -> state.

    Raises
    ------
    StudyDamaged
        A file of the shard is missing or is no such file.
    """
    rows = plan.shards()[shard]
    samples = Samples([samples_file(folder, shard)])
    shown = samples.predictions != NO_LABEL
    states = {}
    for layer in plan.layers:
        name = folder_name(layer.name)
        responses = StoredArray(folder / RESPONSES / name / "by_sample").rows(rows.start, rows.stop)
        states[name] = summarise(
            Block(
                responses if shown.all() else responses[shown],
                rows.start + np.flatnonzero(shown),
                samples.labels[shown],
                plan.categories,
            )
        )
    return states
