"""Samples by the response of one unit: strongest, weakest, or any."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from shiftscope.percent import whole_percent
from shiftscope.store.stored_recording import Recording
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.summaries.top_samples import KEPT
from shiftscope.views.page.panels import ImageStrip, Link, Picture, PictureBox
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import count, number
from shiftscope.views.parts.pictures.pictures import Place, pictures, role, strongest

Show = Literal["top", "bottom", "random"]

FEW = 12  # images shown at first
MOST = 1000  # images of one page; further ones are on the next
STEPS = (FEW, KEPT, 400, MOST)
NAMES: dict[Show, str] = {"top": "strongest", "bottom": "weakest", "random": "at random"}
ORDERS: dict[Show, str] = {"top": "strongest first", "bottom": "weakest first", "random": "at random"}
SILENT = "This unit stayed silent on every image."
NOT_KEPT = (
    'This dataset was recorded with keep="summaries": of single responses only the {} strongest are there.'
)


def unit_strip(
    selection: Selection,
    dataset: str,
    layer: str,
    index: int,
    *,
    show: Show,
    images: int,
    start: int,
    seed: int,
    place: Place,
    page: Callable[[int, int], str],
    driving: Mapping[int, PictureBox] | None = None,
) -> ImageStrip:
    """A dataset's samples from rank `start` on, and the way to more of them.

    Parameters
    ----------
    images
        How many.
    seed
        Draws random samples, and an order of those with equally weak responses.
    place
        How the strongest tell where in them the unit responds most.
    page
        Address of the page with so many images from such a rank on.
    driving
        By position what the strongest point at, rather than at places of the layer's map.
    """
    recording = selection.study[dataset]
    shown = int(recording.summary(layer, Moments).count)
    stop = start + images
    write = in_maxima(selection, layer, index)
    silent = SILENT if show == "top" and not start else "There are no more images."
    if show == "top" and stop <= KEPT:
        found = list(
            strongest(selection, recording, layer, index, stop, place=place, write=write, driving=driving)
        )[start:]
        remains, note = len(found) == images and stop < shown, ""
    elif not recording.keeps_responses:
        found, remains, note, silent = [], False, "", NOT_KEPT.format(KEPT)
    else:
        responses = recording.unit_responses(layer, index).astype(np.float32)
        order = samples_by(responses, show, np.random.default_rng(seed))
        chosen = order[start:stop].tolist()
        found = pictures(selection, recording, chosen, {p: write(float(responses[p])) for p in chosen})
        remains, note = stop < len(order), _drawn(responses, show, seed)
    more = Link("more", page(*following(images, start))) if remains and found else None
    notes = filter(None, [_which(found, start, shown, show), note])
    return ImageStrip(dataset, found, role(selection, dataset), "; ".join(notes), more, silent)


def in_maxima(selection: Selection, layer: str, index: int) -> Callable[[float], str]:
    """Writes a unit's response as per cent of its maximum in the baseline, as it is where that gives no scale."""
    scale = float(selection.study[selection.baseline].summary(layer, Maxima).largest[index])
    return (lambda response: whole_percent(response / scale)) if scale > 0 else number


def samples_by(responses: npt.NDArray[Any], show: Show, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Positions of the samples in the order they are shown; skipped ones, whose response is NaN, are left out.

    The strongest leave out samples on which the unit is silent, of equal ones the earlier comes first. The weakest
    hold every sample; equal ones, as the many zeros of a rectified unit, come in an order drawn by `rng`.
    """
    if show == "top":
        moving = np.flatnonzero(~np.isnan(responses) & (responses != 0))
        return moving[np.argsort(-responses[moving], kind="stable")]
    drawn = rng.permutation(np.flatnonzero(~np.isnan(responses)))
    return drawn if show == "random" else drawn[np.argsort(responses[drawn], kind="stable")]


def following(images: int, start: int) -> tuple[int, int]:
    """How many images, from which rank on, come after these."""
    larger = [step for step in STEPS if step > images]
    return (larger[0], start) if larger else (images, start + images)


def _which(found: Sequence[Picture], start: int, shown: int, show: Show) -> str:
    if not found:
        return ""
    if start:
        return f"images {count(start + 1)} to {count(start + len(found))} of {count(shown)}, {ORDERS[show]}"
    if show == "random":
        return f"{len(found)} of its {count(shown)} images"
    return f"its {len(found)} {NAMES[show]} images of {count(shown)}"


def _drawn(responses: npt.NDArray[Any], show: Show, seed: int) -> str:
    if show == "random":
        return f"drawn at random by seed {seed}"
    if show == "top" or np.isnan(responses).all():
        return ""
    smallest = np.nanmin(responses)
    alike = int(np.count_nonzero(responses == smallest))
    if alike == 1:
        return ""
    return f"{count(alike)} share the smallest response, {number(float(smallest))}: seed {seed} draws which come first"


def pointed_at(recording: Recording, layer: str, found: Sequence[Picture]) -> str:
    """What boxes or crops of some pictures show; empty where there are none."""
    boxes = [picture.box for picture in found if picture.box]
    geometry = recording.map_geometry(layer)
    if not boxes or geometry is None:
        return ""
    part = "receptive field" if geometry.tells_fields else "share of the map"
    return f"{'cropped to' if boxes[0].cropped else 'box:'} {part} of the place with the largest response"
