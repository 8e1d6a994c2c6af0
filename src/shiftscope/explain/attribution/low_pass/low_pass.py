"""Maps without their finest detail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest

FloatArray = npt.NDArray[np.floating[Any]]
Filter = Literal["disc", "gaussian", "butterworth"]

ORDER = 4  # of the Butterworth filter
STEPS = 12  # cutoffs that a search tries


@dataclass(frozen=True, eq=False)
class FittedCutoff:
    """The cutoff of the most faithful maps; its own faithfulness is to be read on other samples."""

    cutoff: float  # cycles per image
    grid: npt.NDArray[np.float64]  # (step,)
    faithfulness: npt.NDArray[np.float64]  # (step, sample)


def low_passed(maps: npt.ArrayLike, cutoff: float, *, filter: Filter = "disc") -> FloatArray:
    """Maps of the same shape with the frequencies above `cutoff` taken out; values may turn negative.

    Parameters
    ----------
    maps : (..., row, column)
    cutoff : cycles per image along the shorter side, above 0 and at most `corner`
    filter : "disc" cuts sharply; "gaussian" and "butterworth" fade, which rings less

    Raises
    ------
    BadRequest
        The cutoff is out of range.

    References
    ----------
    Muzellec et al. (2024), Gradient Strikes Back: How Filtering Out High Frequencies Improves Explanations.
    """
    given = np.asarray(maps)
    size = (given.shape[-2], given.shape[-1])
    if not 0 < cutoff <= corner(size):
        raise BadRequest(
            f"a cutoff of {size[0]}x{size[1]} maps is above 0 and at most {corner(size):.4g} cycles per image, "
            f"the corner frequency; {cutoff} is not."
        )
    relative = _frequencies(size) / cutoff
    if filter == "disc":
        kept = (relative <= 1 + 1e-12).astype(np.float64)  # the corner itself, for all its rounding
    elif filter == "gaussian":
        kept = np.exp(-(relative**2) / 2)
    else:
        kept = 1 / np.sqrt(1 + relative ** (2 * ORDER))
    filtered = np.fft.irfft2(np.fft.rfft2(given) * kept, s=size)
    return filtered.astype(given.dtype if given.dtype.kind == "f" else np.float64)


def corner(size: tuple[int, int]) -> float:
    """Highest frequency of a map of (rows, columns), in cycles per image along its shorter side."""
    return float(_frequencies(size).max())


def default_cutoff(size: tuple[int, int]) -> float:
    """Cycles per image: 15 for 224 pixels, in proportion elsewhere, at least 3 where the map has as many."""
    return min(max(15 * min(size) / 224, 3), corner(size))


def search_grid(size: tuple[int, int]) -> npt.NDArray[np.float64]:
    """(step,) whole cutoffs from 2 cycles per image to the corner, in equal ratios, each once."""
    highest = corner(size)
    return np.unique(np.minimum(np.round(np.geomspace(min(2, highest), highest, STEPS)), highest))


def fitted_cutoff(
    maps: npt.ArrayLike,
    faithfulness: Callable[[FloatArray], npt.ArrayLike],
    grid: Sequence[float] | npt.NDArray[np.float64] | None = None,
    *,
    filter: Filter = "disc",
) -> FittedCutoff:
    """The cutoff of `grid` whose filtered maps are the most faithful on average, the higher one of equals.

    Parameters
    ----------
    maps : (sample, row, column) signed or of absolute values, of the half of the reference that may be fitted
    faithfulness : filtered maps' absolute values -> (sample,), larger is better, NaN where there is none

    Raises
    ------
    BadRequest
        No sample has a faithfulness at any cutoff.
    """
    given = np.asarray(maps)
    tried = np.sort(np.asarray(search_grid(given.shape[-2:]) if grid is None else grid, np.float64))
    curve = np.stack(
        [
            np.asarray(faithfulness(np.abs(low_passed(given, cutoff, filter=filter))), np.float64)
            for cutoff in tried
        ]
    )
    measured = ~np.isnan(curve).any(axis=0)  # every cutoff is judged on the same samples
    if not measured.any():
        raise BadRequest("no sample has a faithfulness at every cutoff; there is nothing to fit.")
    means = curve[:, measured].mean(axis=1)
    best = len(tried) - 1 - int(np.argmax(means[::-1]))
    return FittedCutoff(float(tried[best]), tried, curve)


def _frequencies(size: tuple[int, int]) -> npt.NDArray[np.float64]:
    """(row, half of the columns) in cycles per image along the shorter side."""
    rows, columns = size
    radius: npt.NDArray[np.float64] = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None])
    return radius * min(size)
