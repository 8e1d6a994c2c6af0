"""What a picture that was made for a unit or a logit does to it, in words."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.explain.visualisation.belief.reached import MOST
from shiftscope.explain.visualisation.visualised import Visualised
from shiftscope.percent import percent
from shiftscope.views.parts.number_text import count


def drives_in_words(found: Visualised) -> str:
    """Behind "drives the unit": how strongly, beside images that nothing was fitted on."""
    reached = found.reached
    if reached is None or not reached.samples:
        return "with no stored response to compare with"
    if reached.silent(found.score):
        return "not at all: it stays silent"
    images = f"{count(reached.samples)} held-out images"
    if reached.quantile == 1 and reached.strongest > 0:
        return f"{found.score / reached.strongest:.1f} times as strongly as the strongest of {images}"
    if reached.quantile == 1:
        return f"more strongly than each of {images}"
    if reached.quantile < 0.5:
        below = min(1 - reached.quantile, MOST) if reached.quantile else 1.0
        return f"less strongly than {percent(below)} of {images}"
    return f"more strongly than {percent(min(reached.quantile, MOST))} of {images}"


def looks_like_in_words(unit: str, drawn: Sequence[tuple[str, Visualised]]) -> str:
    """Of the first picture, and of the one with another dataset's colours and spectra where there is one.

    Parameters
    ----------
    unit
        As "unit 12 of layer3", or "the logit of cat".
    drawn
        Datasets and pictures; at least one.
    """
    (name, first), *others = drawn
    if first.dead:
        return f"{unit} is dead: it has no gradient from any start"
    said = f"drives {unit} {drives_in_words(first)}"
    for other, found in others:
        if not found.dead and other != name:
            return f"{said}; with the colours of {other}, {drives_in_words(found)}"
    return said
