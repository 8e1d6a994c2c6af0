"""What is measured of pictures and of natural samples alike: a study's unit, and the layers before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.function import Function
from shiftscope.explain.visualisation.belief.path_similarity import path_similarity
from shiftscope.explain.visualisation.canvas.entering import Entering
from shiftscope.explain.visualisation.climb.views import resized
from shiftscope.explain.visualisation.live import AT_ONCE
from shiftscope.explain.visualisation.way.activations import activations, places_before
from shiftscope.recording.live_study import LiveStudy
from shiftscope.statistics.split import fit_half
from shiftscope.store.stored_study import StoredStudy

OWN, OTHERS = 30, 60  # natural images whose path a picture is held against, of the fit half
HELD_OUT = 15  # natural images that are measured as a picture is, of the other half
SHARE = 1 / 3  # of a half that counts as the unit's own at most, of a small set
RESAMPLES = 200

# (picture, channel, row, column) in the picture's range, at the model's size
Images = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Natural:
    """Positions in the reference."""

    own: list[int]  # strongest of the fit half
    others: list[int]  # others of it, at random
    strongest: list[int]  # of the held-out half
    random: list[int]


def natural_samples(study: StoredStudy, responses: npt.NDArray[np.float64], seed: list[int]) -> Natural:
    """Which samples of the reference stand beside a picture.

    Raises
    ------
    BadRequest
        Fewer than 2 samples in a half.
    """
    rng = np.random.default_rng(seed)
    held_out, known = held_out_half(study), np.isfinite(responses)
    found: list[list[int]] = []
    for half, strongest, others in ((~held_out, OWN, OTHERS), (held_out, HELD_OUT, HELD_OUT)):
        places = np.flatnonzero(half & known)
        if len(places) < 2:
            raise BadRequest(f"{len(places)} samples in a half of {study.reference!r}; 2 are needed.")
        order = places[np.argsort(-responses[places], kind="stable")]
        share = max(1, int(SHARE * len(order)))
        rest = order[min(OWN, share) :]  # as many are left out of both halves: others are alike in both
        found += [
            order[: min(strongest, share)].tolist(),
            rng.choice(rest, min(others, len(rest)), replace=False).tolist(),
        ]
    return Natural(*found)


class Measured:
    """The unit and what comes before it, on pictures."""

    def __init__(self, live: LiveStudy, function: Function, entering: Entering) -> None:
        self.live, self.function, self.entering = live, function, entering
        weight = next(live.model.parameters(), torch.empty(0))
        self.device, self.dtype = weight.device, weight.dtype

    def inputs(self, images: Images) -> torch.Tensor:
        return self.entering(torch.from_numpy(np.ascontiguousarray(images)).to(self.device, self.dtype))

    def responses(self, images: Images) -> npt.NDArray[np.float64]:
        """(picture,)"""
        inputs = self.inputs(images)
        found = self.function.values(inputs, torch.arange(len(inputs), device=inputs.device))
        return np.asarray(found[:, 0].double().cpu().numpy())

    def of_reference(self, positions: list[int]) -> Images:
        """Samples of the reference as pictures."""
        reference = self.live.study.reference
        blocks = [
            self.entering.back(self.live.inputs(reference, positions[at : at + AT_ONCE])).cpu()
            for at in range(0, len(positions), AT_ONCE)
        ]
        return np.asarray(torch.cat(blocks).double().numpy())


def path_through(
    measured: Measured, groups: list[Images], own: Images, others: Images, module: str, seed: int
) -> tuple[tuple[str, ...], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Layers, (layer, group) mean similarities, and (layer,) ends of the interval of the first picture."""
    recorded = list(measured.live.study.layers.values())
    places = places_before(measured.function, measured.inputs(own[:1]), recorded, module)
    sets = [
        activations(measured.function, measured.inputs(images), places, seed=seed)
        for images in (np.concatenate(groups), own, others)
    ]
    rng = np.random.default_rng(seed)
    ends = np.cumsum([len(group) for group in groups])[:-1]
    path = np.full((len(places), len(groups)), np.nan)
    low, high = np.full(len(places), np.nan), np.full(len(places), np.nan)
    for row, (shown, ours, theirs) in enumerate(zip(*sets, strict=True)):
        found = path_similarity(shown, ours, theirs, resamples=RESAMPLES, rng=rng)
        path[row] = [_mean(each) for each in np.split(found.similarity, ends)]
        low[row], high[row] = found.low[0], found.high[0]
    return tuple(place.name for place in places), path, low, high


def at_size(image: Images, size: tuple[int, int]) -> Images:
    """(1, channel, row, column) of one picture."""
    return np.asarray(resized(torch.from_numpy(image), size)[None].double().numpy())


def held_out_half(study: StoredStudy) -> npt.NDArray[np.bool_]:
    """(sample,) of the reference."""
    return ~fit_half(study[study.reference].samples.column("id").to_pylist())


def _mean(numbers: npt.NDArray[np.float64]) -> float:
    """By which images like the others are at 0, however skewed their similarities are."""
    known = numbers[np.isfinite(numbers)]
    return float(known.mean()) if len(known) else float("nan")
