"""Generators that make pictures out of codes, as what a picture can be at all; and how they are fitted, by name."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.canvas.magnitudes import ENOUGH
from shiftscope.explain.visualisation.climb.views import resized
from shiftscope.progress import Progress, silent
from shiftscope.registry import Registry, defaults_of

LARGEST = 64  # pixels of the longer side of pictures that a prior is fitted on
KEPT = 4  # fitted priors that are kept in memory: many units are drawn with one


@runtime_checkable
class Generator(Protocol):
    """Makes pictures of codes that lie in a box; 0 and 1 are the ends of the range.

    One that can start from a picture has `codes(pictures)` besides, from (picture, channel, row, column) to
    (picture, code).
    """

    low: torch.Tensor  # (code,) finite
    high: torch.Tensor  # (code,) finite, not below `low`

    def __call__(self, codes: torch.Tensor, /) -> torch.Tensor:
        """(picture, channel, row, column) of (picture, code), with a gradient; of any size, and cut off at 0 and 1."""


# Of (sample, channel, row, column) float32, from 0 to 1, what makes such. One that is trained takes `steps` with a
# default, and `advance`, which it calls with how many it went on.
Fit = Callable[..., Generator]

priors: Registry[Fit] = Registry("prior", "shiftscope.explain.visualisation.priors")
prior_named = priors.named

_fitted: dict[tuple[str, int, str], Generator] = {}
_turn = threading.Lock()


def prior_name(prior: object) -> str:
    """As it is told."""
    return prior if isinstance(prior, str) else type(prior).__name__


def fitted_prior(
    name: str,
    pictures: torch.Tensor | None,
    limits: tuple[float, float],
    *,
    steps: int | None = None,
    progress: Progress = silent,
) -> Generator:
    """The prior of that name, fitted on pictures (sample, channel, row, column) in a range; the last ones are kept.

    Parameters
    ----------
    steps
        Of its training; as it has them where not given.

    Raises
    ------
    BadRequest
        No such prior, one that is not trained in steps, or fewer than 32 pictures.
    """
    fit = priors[name]
    trained = "steps" in (known := defaults_of(fit))
    if steps is not None and not trained:
        raise BadRequest(f"the prior {name!r} is not trained in steps: leave prior_steps out.")
    length = (known["steps"] if steps is None else steps) if trained else 0
    count = 0 if pictures is None else len(pictures)
    if pictures is None or count < ENOUGH:
        raise BadRequest(
            f"the prior {name!r} is fitted on reference pictures, {ENOUGH} at least, and not on {count}."
        )
    low, high = limits
    smaller = min(1.0, LARGEST / max(pictures.shape[-2:]))
    size = round(smaller * pictures.shape[-2]), round(smaller * pictures.shape[-1])
    share = torch.stack([resized((picture - low) / (high - low), size) for picture in pictures.float()])
    if float(share.std()) == 0:
        raise BadRequest(f"the prior {name!r} is fitted on pictures that differ; these are all of one grey.")
    content = hashlib.sha256(share.numpy().tobytes() + repr(tuple(share.shape)).encode()).hexdigest()
    key = name, length, content
    with _turn:
        if key not in _fitted:
            if len(_fitted) >= KEPT:
                del _fitted[next(iter(_fitted))]
            with progress(f"fitting the prior {name}", 0, length, counted="steps") as advance:
                _fitted[key] = fit(share, steps=length, advance=advance) if trained else fit(share)
        return _fitted[key]


def checked(prior: Any) -> Generator:
    """The same; raises `BadRequest` for what is no generator."""
    if not callable(prior) or not isinstance(prior, Generator):
        raise BadRequest(
            f"prior={prior!r}; give {', '.join(map(repr, sorted(priors)))}, or a generator: a callable from codes to "
            "pictures with the tensors `low` and `high`."
        )
    if isinstance(prior, torch.nn.Module) and prior.training:
        raise BadRequest(
            f"{prior_name(prior)} is in training mode, in which layers draw at random: call its eval() first."
        )
    low, high = torch.as_tensor(prior.low), torch.as_tensor(prior.high)
    if low.ndim != 1 or low.shape != high.shape or not len(low):
        raise BadRequest(
            f"the box of {prior_name(prior)} is of shapes {tuple(low.shape)} and {tuple(high.shape)}; low and high "
            "have one number for each entry of a code."
        )
    if not bool((low.isfinite() & high.isfinite() & (low <= high)).all()):
        raise BadRequest(
            f"the box of {prior_name(prior)} has ends that are not finite, or a low end above a high one."
        )
    return prior
