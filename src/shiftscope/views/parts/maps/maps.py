"""Maps of a unit as pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from shiftscope.explain.attribution.attributions import Attributions
from shiftscope.views.page.panels import Picture, PictureMap
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.pictures.pictures import pictures, role

BELOW = 99.0  # per cent of the places lie below the end of the scale
SILENT = "zero everywhere: nothing in it moves the unit"
REFUSED = "not finite"


def end_of_scale(every: Iterable[Attributions], row: int | None = None) -> float:
    """What the full colour stands for, where some maps share one scale; 1 where nothing counts.

    `row` is that of the only map that counts.
    """
    chosen = slice(None) if row is None else slice(row, row + 1)
    places = [found.maps[chosen][~(found.silent | found.refused)[chosen]].ravel() for found in every]
    values = np.concatenate(places) if places else np.zeros(0)
    if not values.size:
        return 1.0
    return float(np.percentile(values, BELOW)) or float(values.max())


def map_pictures(
    selection: Selection, found: Attributions, rows: Sequence[int], end: float, caption: str = ""
) -> list[Picture]:
    """Maps of the samples in some rows, the full colour at `end`; words where a map shows nothing."""
    name = found.question.dataset
    positions = [int(found.positions[row]) for row in rows]
    drawn = pictures(selection, selection.study[name], positions)
    silent, refused = found.silent, found.refused
    maps = []
    for row, picture in zip(rows, drawn, strict=True):
        picture = replace(picture, verdict=None, caption=caption)
        if silent[row] or refused[row]:
            maps.append(replace(picture, alt=SILENT if silent[row] else REFUSED, drawn=False))
        else:
            shares = PictureMap(found.maps[row] / end, role(selection, name))
            alt = f"{found.question.method} map of image {picture.position}"
            maps.append(replace(picture, alt=alt, drawn=True, map=shares))
    return maps


def filtered_in_words(found: Attributions) -> str:
    """The method, and what was taken out of its maps."""
    question = found.question
    if question.low_pass is None:
        return question.method
    return f"{question.method}, up to {question.low_pass:g} cycles{' (fitted)' if question.fitted else ''}"
