"""What the paths of a map say of a shift, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from shiftscope.percent import percent
from shiftscope.views.parts.number_text import number


def moved_in_words(
    focus: str,
    baseline: str,
    names: Sequence[str],
    moved: npt.NDArray[np.float64],
    usual: npt.NDArray[np.float64],
) -> str:
    """The category whose paths moved most, beside how far it is from the others.

    Parameters
    ----------
    names
        Of the categories.
    moved : (category,)
        Divergence of a category in the focus from itself in the baseline, in nats; NaN where unknown.
    usual : (category,)
        Its mean divergence from the other categories in the baseline, in nats.
    """
    known = np.flatnonzero(np.isfinite(moved))
    if not len(known):
        return f"No category of {focus} has enough labelled samples to say how far its paths moved"
    most = int(known[moved[known].argmax()])
    said = f"In {focus} the paths of {names[most]} moved most: {number(float(moved[most]))} nats"
    if not np.isfinite(usual[most]):
        return said
    farther = "more" if moved[most] > usual[most] else "no more"
    return f"{said}, {farther} than the {number(float(usual[most]))} to other categories in {baseline}"


def apart_in_words(baseline: str, divergence: float, floor: float) -> str:
    """How far apart the categories are by their paths, beside what sampling makes of them, in nats."""
    chance = f", {number(floor)} of them by sampling alone" if np.isfinite(floor) else ""
    if not np.isfinite(divergence):
        return f"How far apart the categories of {baseline} are by their paths cannot be told"
    return f"By their paths the categories of {baseline} are {number(divergence)} nats apart{chance}"


def separated_in_words(
    labels: Sequence[str], focus: str, divergence: float, unit: str, share: float, *, same: bool
) -> str:
    """How far one category is from another by its paths, and the unit whose paths add most to that.

    Parameters
    ----------
    labels
        Of both sides; of a category with itself they name their sets.
    divergence
        Of the first side from the second, in nats.
    unit
        That adds most.
    share
        What it adds, of the divergence; NaN where that is zero or infinite.
    same
        Whether both sides are one category.
    """
    one, other = labels
    where = "" if same else f" in {focus}"
    said = f"By their paths {one} and {other} are {number(divergence)} nats apart{where}"
    return f"{said}; {unit} makes {percent(share)} of it" if np.isfinite(share) else said
