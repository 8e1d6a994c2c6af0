"""The direction that tells a unit's use under a shift from its use on the reference, beside a placebo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, ShapeError
from shiftscope.statistics.average_ranks import average_ranks
from shiftscope.statistics.bootstrap import interval
from shiftscope.statistics.random_halves import DIVISIONS, random_halves

FloatArray = npt.NDArray[np.float64]
Responses = npt.NDArray[np.floating[Any]]  # (sample, unit)

LEVEL = 0.95
FEWEST = 30  # samples a side
FEWEST_HELD_OUT = 4
RESAMPLES = 500


@dataclass(frozen=True, eq=False)
class Separation:
    """How well a direction tells held-out samples of two sets apart, and how well halves of one set are told apart."""

    direction: FloatArray  # (unit,) fitted on the fit halves
    auroc: float  # of held-out samples
    low: float  # ends of its 95 % interval
    high: float
    placebo: FloatArray  # (division,) the same for two halves of the reference

    @property
    def found(self) -> bool:
        """Whether the sets differ by more than halves of the reference do."""
        return bool(self.low > self.placebo.max())


def difference_direction(shifted: Responses, reference: Responses) -> FloatArray:
    """(unit,) difference of the means, divided by the shrunk covariance within the sets.

    Parameters
    ----------
    shifted, reference : (sample, unit) responses of the layer before, where the unit is in its top decile

    Raises
    ------
    ShapeError
        Different numbers of units.

    References
    ----------
    Fisher (1936), The use of multiple measurements in taxonomic problems. Ledoit & Wolf (2004), A well-conditioned
    estimator for large-dimensional covariance matrices.
    """
    from sklearn.covariance import ledoit_wolf

    if shifted.shape[1:] != reference.shape[1:]:
        raise ShapeError(f"responses of {shifted.shape[1:]} and {reference.shape[1:]} units.")
    means = [side.mean(axis=0, dtype=np.float64) for side in (shifted, reference)]
    within = np.concatenate([shifted - means[0], reference - means[1]])
    covariance, _ = ledoit_wolf(within, assume_centered=True)
    found: FloatArray = np.linalg.lstsq(covariance, means[0] - means[1], rcond=None)[0]
    return found


def separation(
    fit: tuple[Responses, Responses],
    held_out: tuple[Responses, Responses],
    *,
    rng: np.random.Generator,
    divisions: int = DIVISIONS,
    resamples: int = RESAMPLES,
) -> Separation:
    """Fit the direction on one half of each set and read it on the other, and the same for halves of the reference.

    Parameters
    ----------
    fit, held_out : (sample, unit) of the shifted set and of the reference

    Raises
    ------
    BadRequest
        Fewer than 30 samples of a set in the halves that are fitted on, or fewer than 4 in those that are not.
    """
    for side, name in zip(fit, ("the shifted set", "the reference"), strict=True):
        if len(side) < FEWEST:
            raise BadRequest(f"{len(side)} samples of {name} to fit on; {FEWEST} are needed.")
    if min(map(len, held_out)) < FEWEST_HELD_OUT:
        raise BadRequest(
            f"{min(map(len, held_out))} samples are held out; {FEWEST_HELD_OUT} of each set are needed."
        )
    direction = difference_direction(*fit)
    shifted, reference = (side @ direction for side in held_out)
    drawn = np.array([auroc(_again(shifted, rng), _again(reference, rng)) for _ in range(resamples)])
    (low,), (high,) = interval(drawn[:, None], LEVEL)
    placebo = [_placebo(fit[1], held_out[1], rng) for _ in range(divisions)]
    return Separation(direction, auroc(shifted, reference), float(low), float(high), np.array(placebo))


def auroc(above: FloatArray, below: FloatArray) -> float:
    """Chance that one of the first is larger than one of the second, ties counting half."""
    ranks = average_ranks(np.concatenate([above, below]))
    beaten = ranks[: len(above)].sum() - len(above) * (len(above) + 1) / 2
    return float(beaten / (len(above) * len(below)))


def _placebo(fit: Responses, held_out: Responses, rng: np.random.Generator) -> float:
    first, second = random_halves(fit, rng)
    direction = difference_direction(first, second)
    first, second = random_halves(held_out, rng)
    return auroc(first @ direction, second @ direction)


def _again(numbers: FloatArray, rng: np.random.Generator) -> FloatArray:
    return numbers[rng.integers(len(numbers), size=len(numbers))]
