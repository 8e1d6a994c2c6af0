"""What a form for maps asks, and what it says of their price."""

from __future__ import annotations

from itertools import groupby

from shiftscope.explain.attribution.usual_passes import (
    FAITHFUL_PASSES,
    FORWARD_PASSES,
    METHODS,
    SIDE,
    USUAL_PASSES,
)
from shiftscope.store.formats.samples import StoredSample
from shiftscope.views.page.panels import Field
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count

USUAL = "smoothgrad"  # what is proposed


def method_field(method: str) -> Field:
    return Field("method", "Method", method, f"How maps are made. {passes_in_words()}", choices=METHODS)


def passes_in_words() -> str:
    """What one image costs by each method, the cheapest first."""
    names = sorted(USUAL_PASSES, key=USUAL_PASSES.__getitem__)
    both = "; ".join(
        f"{passes} for {in_a_row(list(alike), most=len(names))}"
        for passes, alike in groupby(names, USUAL_PASSES.__getitem__)
    )
    forward = "; ".join(f"{count(passes)} for {name}" for name, passes in FORWARD_PASSES.items())
    return (
        f"Passes of one image, forward and backward: {both}. Forward alone: {forward}; occlusion has as many as it has "
        f"windows, those of an image of {SIDE} x {SIDE}."
    )


def low_pass_field() -> Field:
    help = (
        "Cycles per image above which detail is taken out; fitted: the most faithful ones. Empty: whole maps."
    )
    return Field("low_pass", "Low-pass", "", help, choices=("fitted",))


def sanity_field() -> Field:
    help = (
        "Randomises the weights of a copy of the model, module after module, and says whether the maps depend on "
        "them. Each module costs three times what the maps do."
    )
    return Field("sanity", "With randomised weights", "", help, tick=True)


def price_in_words(images: int) -> str:
    """Of maps of one unit over so many images."""
    usual = count(images * USUAL_PASSES[USUAL])
    faithful = count(images * FAITHFUL_PASSES)
    return (
        f"With {USUAL} that is {usual} passes forward and backward of one image, and {faithful} forward to say how "
        "faithful the maps are."
    )


def in_command(seen: StoredSample) -> list[str]:
    """How `shiftscope attribute` is asked for one image; a number alone would be how many, twice it is this one."""
    return [seen.id] if not seen.id.isdecimal() else [str(seen.position)] * 2
