"""How much of a picture to believe, in words."""

from __future__ import annotations

import math

from shiftscope.explain.visualisation.belief.belief import ON_PATH, Belief
from shiftscope.views.parts.number_text import number, percent


def believed_in_words(belief: Belief) -> str:
    """What drives the unit in the picture, whether the layers before read it as an image, and what the method owes."""
    said = [_path(belief), *_left(belief)]
    if math.isfinite(belief.randomised):
        beside = f", another seed one with {number(belief.seeds)}" if math.isfinite(belief.seeds) else ""
        said.append(
            "With its weights drawn again the network gives a picture that correlates with it by "
            f"{number(belief.randomised)}{beside}"
        )
    return ". ".join(said) + "."


def _path(belief: Belief) -> str:
    similar = belief.path[:, 0]
    known = [place for place in range(len(similar)) if math.isfinite(similar[place])]
    if not belief.layers:
        return "No layer is read before the unit to follow the picture through"
    if not known:
        return (
            "Its way through the layers cannot be compared: the unit's images are no more alike than others"
        )
    off = [place for place in known if similar[place] < ON_PATH]
    if not off:
        return "Layers before the unit process it as they process the unit's strongest images"
    if off == known:
        where = belief.layers[known[-1]]
        return (
            f"Layers before the unit process it unlike the unit's strongest images: similarity "
            f"{number(float(similar[known[-1]]))} at {where}, where those have {_natural(belief, known[-1])} and any "
            "image 0"
        )
    return (
        f"Layers before the unit process it as the unit's strongest images at "
        f"{', '.join(belief.layers[place] for place in known if place not in off)}, and unlike them at "
        f"{', '.join(belief.layers[place] for place in off)}"
    )


def _natural(belief: Belief, place: int) -> str:
    return number(float(belief.path[place, 1]))


def _left(belief: Belief) -> list[str]:
    colour, _, middle, _ = (float(share) for share in belief.kept[:, 0])
    left = [
        f"{percent(share)} without {what}"
        for share, what in ((colour, "colour"), (middle, "what is finer than 8 pixels"))
        if math.isfinite(share)
    ]
    return [f"Of the response {' and '.join(left)} is left"] if left else []
