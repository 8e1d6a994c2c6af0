"""Where the high frequencies of a unit's gradient come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shiftscope.flow.steps.asked_unit import asked_positions, asked_unit
from shiftscope.flow.steps.opened import opened
from shiftscope.progress import Progress
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.attribution.downsampling.shares import DownsamplingShares
    from shiftscope.model.target import Target
    from shiftscope.recording.live_study import LiveStudy


def _versions() -> dict[str, int]:
    from shiftscope.explain.attribution.downsampling.stored_downsampling import VERSIONS

    return VERSIONS


result_kind("downsampling", _versions)


def downsampling(
    study: StoredStudy,
    layer: str | Target | None,
    unit: int | str | None = None,
    *,
    dataset: str | None = None,
    samples: str | int | Sequence[int | str] = "top",
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    live: LiveStudy | None = None,
    progress: bool | Progress = True,
) -> DownsamplingShares:
    """The share of high frequencies in a unit's gradient in front of and behind each module that makes maps smaller;
    kept in the study and found again without the model. One forward and one backward pass a sample.

    Parameters
    ----------
    layer, unit
        As for `attribute`: a layer and a unit of it, None and a category for its logit, or one target.
    dataset
        The reference where not given.
    samples
        "top" for the 12 that the unit responds to most, another number of them, or positions or ids.
    model, data
        As for `live`; not needed for what is kept.
    live
        The study with both at hand, in place of `model` and `data`.

    Raises
    ------
    NotInStudy
        No such layer, unit, category, dataset or sample.
    BadRequest
        No model, or inputs that are no pictures.
    StudyMismatch
        The unit does not respond as it did when it was recorded.
    LayerError
        No module on the way to the unit makes a map smaller.
    """
    from shiftscope.explain.attribution.downsampling.shares import DownsamplingQuestion
    from shiftscope.explain.attribution.downsampling.stored_downsampling import (
        read_downsampling,
        write_downsampling,
    )

    recording = study[dataset or study.reference]
    question = DownsamplingQuestion(recording.name, *asked_unit(study, layer, unit))
    positions = asked_positions(recording, question.layer, question.unit, samples)
    if kept := read_downsampling(study, question, positions):
        return kept
    from shiftscope.explain.attribution.downsampling.live import downsampling_of
    from shiftscope.progress import shown
    from shiftscope.recording.live_study import LiveStudy

    if live is None:
        live = opened(study, model, data, LiveStudy)
    live.refuse_changed_model()  # what it answers is stored
    with shown(progress)(question.in_words, 0, len(positions)) as advance:
        found = downsampling_of(live, question, positions, advance=advance)
    write_downsampling(study, found)
    return found
