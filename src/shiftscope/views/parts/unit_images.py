"""Samples by the response of one unit: strongest, weakest, or any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from shiftscope.store.stored_recording import Recording
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.summaries.top_samples import KEPT
from shiftscope.views.page.panels import ImageStrip, Link, Picture
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import count, number, percent
from shiftscope.views.parts.pictures import Place, pictures, role, strongest

Show = Literal["top", "bottom", "random"]

FEW = 24  # images shown at first
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
    """
    recording = selection.study[dataset]
    shown = int(recording.summary(layer, Moments).count)
    stop = start + images
    silent = SILENT if show == "top" and not start else "There are no more images."
    if show == "top" and stop <= KEPT:
        found = list(strongest(selection, recording, layer, index, stop, place=place))[start:]
        remains, note = len(found) == images and stop < shown, _pointed_at(recording, layer, found)
    elif not recording.keeps_responses:
        found, remains, note, silent = [], False, "", NOT_KEPT.format(KEPT)
    else:
        responses = recording.unit_responses(layer, index).astype(np.float32)
        order = samples_by(responses, show, np.random.default_rng(seed))
        chosen = order[start:stop].tolist()
        found = pictures(selection, recording, chosen, {p: number(float(responses[p])) for p in chosen})
        remains, note = stop < len(order), _drawn(responses, show, seed)
    more = Link("more", page(*following(images, start))) if remains and found else None
    parts = [_which(found, start, shown, show), note, _level(selection, recording, layer, index)]
    return ImageStrip(dataset, found, role(selection, dataset), "; ".join(filter(None, parts)), more, silent)


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
        ranks = f"{count(start + 1)} to {count(start + len(found))}"
        return f"{ranks} of {count(shown)}, {ORDERS[show]}, with their response"
    which = f"{len(found)} {NAMES[show]} of" if show != "random" else f"{len(found)} of"
    return f"{which} {count(shown)}, with their response"


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


def _pointed_at(recording: Recording, layer: str, found: Sequence[Picture]) -> str:
    boxes = [picture.box for picture in found if picture.box]
    geometry = recording.map_geometry(layer)
    if not boxes or geometry is None:
        return ""
    part = "receptive field" if geometry.tells_fields else "share of the map"
    return f"{'cropped to' if boxes[0].cropped else 'box:'} {part} of the place with the largest response"


def _level(selection: Selection, recording: Recording, layer: str, index: int) -> str:
    """Ratio of maxima and mean response, or both as they are where the reference gives no scale."""
    largest = float(recording.summary(layer, Maxima).largest[index])
    mean = float(recording.summary(layer, Moments).mean()[index])
    scale = float(selection.study[selection.baseline].summary(layer, Maxima).largest[index])
    if recording.name == selection.baseline or not scale > 0:
        share = f" ({percent(mean / scale)} of it)" if scale > 0 else ""
        return f"maximum {number(largest)}, mean response {number(mean)}{share}"
    return (
        f"maximum {percent(largest / scale)} and mean response {percent(mean / scale)} of the maximum in "
        f"{selection.baseline}"
    )
