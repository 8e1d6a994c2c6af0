"""Summaries of a shard once more, from what is stored of it."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.store.formats.arrays import StoredArray
from shiftscope.store.formats.samples import Samples
from shiftscope.store.layout import folder_name
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.summaries.summarise import summarise
from shiftscope.summaries.summary import Block, States


def summaries_of_stored(place: RecordingPlace, plan: Plan, shard: int) -> States:
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
    samples = Samples([place.samples(shard)])
    shown = samples.predictions != NO_LABEL
    states = {}
    for layer in plan.layers:
        responses = StoredArray(place.responses(layer.name, "by_sample")).rows(rows.start, rows.stop)
        states[folder_name(layer.name)] = summarise(
            Block(
                responses if shown.all() else responses[shown],
                rows.start + np.flatnonzero(shown),
                samples.labels[shown],
                plan.categories,
            )
        )
    return states
