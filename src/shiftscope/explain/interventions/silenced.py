"""What the head answers to a dataset with some units silent."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.explain.interventions.edit import Edit
from shiftscope.explain.interventions.head import through_head
from shiftscope.explain.interventions.intervention import Answers
from shiftscope.model.linear_map import LinearMap
from shiftscope.store.stored_recording import Recording


def silenced(recording: Recording, head: LinearMap, units: Sequence[int]) -> Answers:
    """Predictions before and after; without a unit nothing is read.

    Raises
    ------
    NotInStudy
        Single responses of the dataset were not kept.
    """
    if not units:
        samples = recording.samples
        return Answers(samples.labels, samples.predictions, samples.predictions)
    edit = Edit.of(
        "silence", recording, head.layer, units
    )  # whose own summaries do, as silence takes no numbers
    return through_head(recording, head, units, edit)
