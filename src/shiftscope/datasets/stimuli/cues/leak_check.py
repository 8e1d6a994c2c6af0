"""Where a simple model can read the label: in the cue, beside it, in neither."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.levels import Image
from shiftscope.datasets.shifts.shifted import pixels_of
from shiftscope.datasets.stimuli.cues.cued import Cued
from shiftscope.datasets.stimuli.cues.planting import Layout
from shiftscope.errors import DataError
from shiftscope.statistics.split import order_of, split
from shiftscope.threads import one_thread_each

if TYPE_CHECKING:
    import pandas as pd

MOST = 3000  # samples; of more, those that come first in the order of digests
LARGEST_SIDE = 32  # pixels that a probe reads; larger pictures are averaged over areas
THIRDS, TESTED = 3, 2  # parts of the samples, and the one that is held out
ERRORS = 3  # standard errors that an expected accuracy may be missed by
WHOLE, PLACE, REST = "the whole picture", "the cue's place", "all but the cue's place"

Features = npt.NDArray[np.float64]  # (sample, feature)
Right = npt.NDArray[np.bool_]  # (held-out sample,)


def leak_check(associated: Cued) -> pd.DataFrame:
    """What multinomial logistic regression (L2) reads from the associated pictures and from the same without a cue.

    Fitted on two thirds of at most 3,000 samples, counted on the other third; pictures of more than 32 pixels a side
    are averaged over areas. It must hold that

    - the cue's place alone tells the label of a share association + (1 - association) / K of the samples, to within 3
      standard errors, where the cue is opaque;
    - all but the cue's place tells exactly as much as without a cue, since these bytes are the same;
    - at association 0 the whole picture tells as much as without a cue, to within 3 standard errors of the difference.

    Returns
    -------
    Rows of `reads`, `pictures`, `predicts`, `accuracy`, `expected` (missing where nothing is), `error`, the standard
    error of the difference between these two, `holds` and `samples`, how many were held out.

    Raises
    ------
    DataError
        Pictures of different shapes, or too few to hold some out.
    """
    import pandas as pd

    ids = np.array(associated.ids)
    chosen = np.argsort(order_of(associated.ids, 0), kind="stable")[:MOST]
    tested = split(ids[chosen].tolist(), THIRDS, associated.recipe.seed) == TESTED
    labels, cues = associated.labels[chosen], associated.cues[chosen]
    if not tested.any() or len(np.unique(labels[~tested])) < 2:
        raise DataError(f"{len(chosen)} samples are too few for a leak check. Give more.")
    planted, plain = _pictures(associated, chosen)
    lies = associated.layout(planted[0])

    def right(features: Features, target: npt.NDArray[np.int64] = labels) -> Right:
        return _right(features, target, tested)

    whole, neutral = right(_features(planted, lies, WHOLE)), right(_features(plain, lies, WHOLE))
    place = right(_features(planted, lies, PLACE))
    rest, without = (_features(pictures, lies, REST) for pictures in (planted, plain))
    same = np.array_equal(rest, without)
    beside = right(rest)
    beside_neutral = beside if same else right(without)
    recipe = associated.recipe
    expected = recipe.own_share(associated.count) if recipe.weight == 1 else math.nan
    independent = recipe.association == 0
    rows = [
        _row(WHOLE, "associated", "label", whole, *(_like(whole, neutral) if independent else ())),
        _row(WHOLE, "neutral", "label", neutral),
        _row(PLACE, "associated", "label", place, expected, _binomial(expected, len(place))),
        _row(REST, "associated", "label", beside, float(beside_neutral.mean()), 0.0),
        _row(REST, "neutral", "label", beside_neutral),
        _row(WHOLE, "associated", "cue", right(_features(planted, lies, WHOLE), cues)),
    ]
    return pd.DataFrame(rows).astype({"holds": "boolean"})


def leaks_in_words(leaks: pd.DataFrame) -> str:
    """The table for a person."""
    lines = [f"leak check by logistic regression, {leaks['samples'].iloc[0]:,} held-out samples:"]
    for row in leaks.to_dict("records"):
        lines.append(
            f"  {row['predicts']:<5} from {row['reads']:<23} {row['pictures']:<10} {row['accuracy']:.3f}{_held(row)}"
        )
    return "\n".join(lines)


def _held(row: dict[Any, Any]) -> str:
    if math.isnan(row["expected"]):
        return ""
    within = f" ± {row['error'] * ERRORS:.3f}" if row["error"] else ""
    return f", expected {row['expected']:.3f}{within}: {'holds' if row['holds'] else 'DOES NOT HOLD'}"


def _row(
    reads: str,
    pictures: str,
    predicts: str,
    right: Right,
    expected: float = math.nan,
    error: float = math.nan,
) -> dict[str, Any]:
    accuracy = float(right.mean())
    # A product of whole numbers of samples, which floats hold to far better than 1e-9.
    holds = None if math.isnan(expected) else abs(accuracy - expected) <= ERRORS * error + 1e-9
    return {
        "reads": reads,
        "pictures": pictures,
        "predicts": predicts,
        "accuracy": accuracy,
        "expected": expected,
        "error": error,
        "holds": holds,
        "samples": len(right),
    }


def _binomial(share: float, samples: int) -> float:
    return math.sqrt(share * (1 - share) / samples)


def _like(right: Right, other: Right) -> tuple[float, float]:
    """The other's accuracy, and the standard error of the difference of answers to the same samples."""
    one, two, samples = int((right & ~other).sum()), int((~right & other).sum()), len(right)
    return float(other.mean()), math.sqrt(one + two - (one - two) ** 2 / samples) / samples


def _right(features: Features, target: npt.NDArray[np.int64], tested: npt.NDArray[np.bool_]) -> Right:
    """(held-out sample,) whether a probe that was fitted on the others tells its target."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    centred = features - features[~tested].mean(axis=0)  # which takes far fewer iterations
    probe = LogisticRegression(max_iter=300)
    with (
        warnings.catch_warnings(),
        one_thread_each(),
    ):  # threads that wait for one another take longer than the work
        warnings.simplefilter("ignore", ConvergenceWarning)  # a probe that stops early reads what it reads
        probe.fit(centred[~tested], target[~tested])
        told: Right = probe.predict(centred[tested]) == target[tested]
    return told


def _pictures(associated: Cued, chosen: npt.NDArray[np.intp]) -> tuple[list[Image], list[Image]]:
    """The pictures with their cues, and the same without."""
    planted, plain = [], []
    for position in chosen.tolist():
        planted.append(pixels_of(associated[position]).read())
        plain.append(pixels_of(associated.made_from[int(associated.positions[position])]).read())
    if len(shapes := {each.shape for each in planted}) > 1:
        raise DataError(
            f"pictures of different shapes, {sorted(shapes)[:2]} for two; a leak check needs one."
        )
    return planted, plain


def _features(pictures: list[Image], lies: Layout, reads: str) -> Features:
    """(sample, feature) what a probe reads of each picture, in 0..1."""
    top, left, bottom, right = lies.box if reads == PLACE else (0, 0, *lies.mask.shape)
    seen = {WHOLE: np.ones_like(lies.mask), PLACE: lies.mask, REST: ~lies.mask}[reads]
    down, across = (_areas(end - start) for start, end in ((top, bottom), (left, right)))
    rows = []
    for picture in pictures:
        full = picture if picture.ndim == 3 else picture[..., np.newaxis]
        values = full / 255 if picture.dtype == np.uint8 else full
        values = np.where(seen[..., np.newaxis], values, 0.0)[top:bottom, left:right]
        averaged = np.tensordot(across, np.tensordot(down, values, axes=(1, 0)), axes=(1, 1))
        rows.append(averaged.ravel())
    return np.stack(rows)


def _areas(side: int) -> npt.NDArray[np.float64]:
    """(place, pixel) the share of each pixel in the mean over an area; at most 32 of them."""
    places = min(side, LARGEST_SIDE)
    edges = np.arange(places + 1) * side / places
    pixels = np.arange(side)
    ends = np.minimum(edges[1:, np.newaxis], pixels + 1)
    shared = (ends - np.maximum(edges[:-1, np.newaxis], pixels)).clip(0)
    shares: npt.NDArray[np.float64] = shared * places / side
    return shares
