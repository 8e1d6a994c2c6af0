"""A made-up unit for each kind of thing that scores read, small enough to be drawn whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.scores.score import Reads, UnitScore
from shiftscope.statistics.clusters import Clusters
from shiftscope.statistics.compared import Sides, twins
from shiftscope.statistics.empirical_cdf import empirical_cdfs
from shiftscope.statistics.rank_correlation import RankedProfiles, rank_correlation
from shiftscope.views.page.panels import Sketch
from shiftscope.views.parts.number_text import number

CATEGORIES = ("cat", "dog", "frog", "ship")
BEFORE, AFTER = (0.9, 0.5, 0.2, 0.1), (0.3, 0.45, 0.6, 0.1)  # means by category over the baseline's maximum
DIMMED = (0.6, 0.5, 0.4, 0.2)  # half as strong in the set, and brought back to the old scale
STRONGEST = ("1st", "2nd", "3rd", "4th")  # of four samples
OF_BEFORE, OF_AFTER = (1.0, 0.9, 0.7, 0.4), (0.6, 0.5, 0.5, 0.3)
RESPONSES = (0, 0, 0, 1, 1, 2, 2, 3), (0, 1, 2, 2, 3, 3, 4, 4)  # of eight samples of each set
TWINS = ("image A", "image B", "image C", "image D")
OF_IMAGES, OF_TWINS = (1.0, 0.9, 0.7, 0.0), (0.6, 0.5, 0.6, 0.3)
RIGHT, WRONG = (0, 0, 1, -1), (1, 2, 2, 1)  # contributions to the answer that was given, in logits
SHARES = {  # of attribution: names, in the baseline, in the focus
    "scale_share": (("finest", "fine", "coarse", "coarsest"), (0.4, 0.3, 0.2, 0.1), (0.1, 0.2, 0.3, 0.4)),
    "orientation_share": (("horizontal", "vertical", "diagonal"), (0.5, 0.3, 0.2), (0.2, 0.3, 0.5)),
}
SETS = ("baseline", "focus")


def toy(score: UnitScore) -> Sketch | None:
    """The example of what the score reads, with the value that its own function finds; None where there is none."""
    draw = _TOYS.get(score.reads)
    return draw(score) if draw else None


def _profiles(score: UnitScore, after: Sequence[float] = AFTER) -> Sketch:
    value = score.compute(_units(after), _units(BEFORE))
    return _sketch(score, CATEGORIES, BEFORE, after, value, "mean response by category:")


def _matched(score: UnitScore) -> Sketch:
    return _profiles(score, DIMMED)


def _ranks(score: UnitScore) -> Sketch:
    found = rank_correlation(_units(AFTER), RankedProfiles(_units(BEFORE)))
    return _sketch(score, CATEGORIES, BEFORE, AFTER, score.compute(found), "mean response by category:")


def _one_profile(score: UnitScore) -> Sketch:
    return _sketch(
        score,
        CATEGORIES,
        (),
        BEFORE,
        score.compute(_units(BEFORE)),
        "mean response by category:",
        ("", "a dataset"),
    )


def _maxima(score: UnitScore) -> Sketch:
    value = score.compute(np.array([max(OF_AFTER)]), np.array([max(OF_BEFORE)]))
    return _sketch(score, STRONGEST, OF_BEFORE, OF_AFTER, value, "response to the strongest images:")


def _responses(score: UnitScore) -> Sketch:
    before, after = map(_units, RESPONSES)
    more = (empirical_cdfs(after, before),) if score.reads == "steps" else ()
    return _histograms(
        score, RESPONSES, score.compute(after, before, *more).value, "samples by response:", SETS
    )


def _twins(score: UnitScore) -> Sketch:
    before, after = _units(OF_IMAGES), _units(OF_TWINS)
    more = (empirical_cdfs(after, before),) if score.reads == "twin steps" else ()
    value = score.compute(after, before, Clusters.single(len(before)), *more).value
    return _sketch(score, TWINS, OF_IMAGES, OF_TWINS, value, "response to each image and to its twin:")


def _contributions(score: UnitScore) -> Sketch:
    predicted = np.zeros(len(WRONG), np.int64), np.zeros(len(RIGHT), np.int64)
    value = score.compute(_units(WRONG), _units(RIGHT), predicted).value
    named = ("right answers", "wrong answers")
    return _histograms(score, (RIGHT, WRONG), value, "samples by logits added to the answer:", named)


def _maps(score: UnitScore) -> Sketch:
    """Of shares the means over images, and of other numbers those of each image and of its twin."""
    asked: list[str] = []

    def sides(number: str) -> Sides:
        asked.append(number)
        if number in SHARES:
            _, *shares = SHARES[number]
            before, after = (np.array(each)[None, None, :] for each in shares)
        else:
            before, after = _units(OF_IMAGES), _units(OF_TWINS)
        return twins(before, after, np.ones(len(before), bool))

    value = score.compute(sides, np.random.default_rng(0)).effect
    if asked[0] in SHARES:
        names, shares_before, shares_after = SHARES[asked[0]]
        return _sketch(score, names, shares_before, shares_after, value, "share of the attribution:")
    return _sketch(score, TWINS, OF_IMAGES, OF_TWINS, value, "number of each image's map and of its twin's:")


_TOYS: Mapping[Reads, Callable[[UnitScore], Sketch]] = {
    "maxima": _maxima,
    "profiles": _profiles,
    "matched profiles": _matched,
    "rank correlation": _ranks,
    "one profile": _one_profile,
    "responses": _responses,
    "steps": _responses,
    "contributions": _contributions,
    "twins": _twins,
    "twin steps": _twins,
    "maps": _maps,
}


def _histograms(
    score: UnitScore, sets: tuple[Sequence[int], Sequence[int]], value: Any, axis: str, named: tuple[str, str]
) -> Sketch:
    """How many samples of each set have each response."""
    responses = sorted({*sets[0], *sets[1]})
    before, after = ([float(list(each).count(r)) for r in responses] for each in sets)
    return _sketch(score, [f"{r}".replace("-", "−") for r in responses], before, after, value, axis, named)


def _sketch(
    score: UnitScore,
    names: Sequence[str],
    before: Sequence[float],
    after: Sequence[float],
    value: Any,
    axis: str,
    sets: tuple[str, str] = SETS,
) -> Sketch:
    return Sketch(names, before, after, sets, axis, f"{score.title}: {number(float(np.asarray(value)[0]))}")


def _units(numbers: Sequence[float]) -> npt.NDArray[np.float64]:
    """(number, 1) of one unit."""
    return np.array(numbers, np.float64)[:, None]
