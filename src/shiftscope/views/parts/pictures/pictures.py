"""Samples as pictures that lead to their pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.top_samples import TopSamples
from shiftscope.views.page.panels import Picture, PictureBox, Role, Verdict
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import number

Place = Literal["box", "crop", "whole"]  # how a picture tells where in it a unit responds most


def role(selection: Selection, dataset: str) -> Role:
    return "reference" if dataset == selection.baseline else "shifted"


def in_words(study: StoredStudy, label: int, prediction: int) -> str:
    """Label and prediction of a sample, as one phrase."""
    if prediction == NO_LABEL:
        return "skipped"
    names = study.categories  # once: a page has hundreds of pictures
    answer = f"classified {names[prediction]}"
    return answer if label == NO_LABEL else f"{names[label]}, {answer}"


def pictures(
    selection: Selection,
    recording: Recording,
    positions: Iterable[int],
    captions: Mapping[int, str] | None = None,
    boxes: Mapping[int, PictureBox | None] | None = None,
) -> list[Picture]:
    """The samples at `positions`, in that order."""
    samples, captions, boxes = recording.samples, captions or {}, boxes or {}
    chosen = list(map(int, positions))
    at = np.array(chosen, np.intp)
    kept = (numbers[at].tolist() for numbers in (samples.labels, samples.predictions, samples.pictured))
    name, (before, after) = recording.name, selection.around_samples(recording.name)
    return [
        # By place: a page has hundreds of them.
        Picture(
            name,
            position,
            in_words(selection.study, label, prediction),
            f"{before}{position}{after}",
            captions.get(position, ""),
            _verdict(label, prediction),
            drawn,
            boxes.get(position),
        )
        for position, label, prediction, drawn in zip(chosen, *kept, strict=True)
    ]


def _verdict(label: int, prediction: int) -> Verdict | None:
    """None without a label or a prediction."""
    if NO_LABEL in (label, prediction):
        return None
    return "right" if label == prediction else "wrong"


def strongest(
    selection: Selection,
    recording: Recording,
    layer: str,
    unit: int,
    how_many: int,
    *,
    place: Place = "whole",
    write: Callable[[float], str] = number,
    driving: Mapping[int, PictureBox] | None = None,
) -> Sequence[Picture]:
    """Samples with the largest responses of one unit, strongest first, `write` makes their captions; those it is
    silent on are left out.

    With `place` they point at, or are cut to, where in them the unit responds most, as far as that is known: by the
    layer's map, or as `driving` says by position.
    """
    top = recording.summary(layer, TopSamples)
    positions, responses = top.position[:how_many, unit].tolist(), top.response[:how_many, unit].tolist()
    moving = {p: write(r) for p, r in zip(positions, responses, strict=True) if p >= 0 and r != 0}
    geometry = None if place == "whole" else recording.map_geometry(layer)
    boxes: dict[int, PictureBox | None] = dict(driving or {})
    if geometry is not None and not boxes:
        rows, columns = geometry.picture
        for rank, position in enumerate(positions):
            box = recording.strongest_box(layer, unit, rank)
            boxes[position] = box and PictureBox(*box, rows, columns, place == "crop")
    return pictures(selection, recording, moving, moving, boxes)
